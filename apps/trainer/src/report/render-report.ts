import { html, Html } from './html.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import type { ReportInputs } from './report-inputs.ts';
import { createReportModel } from './report-model.ts';
import { classesSection } from './sections/classes-section.ts';
import { configurationSection } from './sections/configuration-section.ts';
import { confusionSection } from './sections/confusion-section.ts';
import { examplesSection } from './sections/examples-section.ts';
import { headlineSection, reportTitle } from './sections/headline-section.ts';
import { mapSection } from './sections/map-section.ts';
import { neighboursSection } from './sections/neighbours-section.ts';
import { resultsSection } from './sections/results-section.ts';
import { trainingSection } from './sections/training-section.ts';
import { soundsScript, thumbnailStyle } from './thumbnail.ts';

/** The browser is told to load nothing, whatever the page may say. */
const policy =
  "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/**
 * Draws the report of a run: one HTML page that needs no other file and no network. What has not been evaluated,
 * or cannot be without labels, is said so.
 *
 * @returns the whole page; the same inputs give the same page
 */
export function renderReport(inputs: ReportInputs): string {
  const model = createReportModel(inputs);
  const sections: readonly (readonly [string, string, Html | undefined])[] = [
    ['classes', 'Classes', classesSection(model)],
    ['map', 'Map', mapSection(model)],
    ['examples', 'Examples', examplesSection(model)],
    ['results', 'Results', resultsSection(model)],
    ['confusion', 'Confusion', confusionSection(model)],
    ['neighbours', 'Neighbours', neighboursSection(model)],
    ['training', 'Training', trainingSection(model)],
    ['configuration', 'Configuration', configurationSection(model)],
  ];
  const shown = sections.filter(([, , section]) => section !== undefined);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${reportTitle(model)}</title>
        <style>
          ${new Html(pageStyle)}
        </style>
        ${thumbnailStyle(model.atlas)}
      </head>
      <body>
        <nav aria-label="Sections">
          <ul>
            ${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
          <button type="button" id="theme" hidden>Theme: auto</button>
        </nav>
        <main>${headlineSection(model)} ${shown.map(([, , section]) => section)}</main>
        ${soundsScript(model)}
        <script>
          ${new Html(pageScript)};
        </script>
      </body>
    </html> `.markup;
}
