import { html, type Html } from '../html.ts';
import type { ReportExampleTexts } from '../report-inputs.ts';
import type { ReportModel } from '../report-model.ts';

/** Pictures are shown at the whole multiple of their size that comes nearest to this many pixels. */
const preferredSize = 64;

/** Rows by which the method shows what it does, such as reconstructions: pictures, or texts. */
export function examplesSection({ examples, exampleTexts }: ReportModel): Html | undefined {
  if (exampleTexts !== undefined) return textExamples(exampleTexts);
  if (examples === undefined) return undefined;
  const { rows, columns, height, width, dataUri } = examples;
  const scale = Math.max(1, Math.round(preferredSize / height));
  return html`<section id="examples">
    <h2>Examples</h2>
    <p class="lede">
      What the method makes of ${columns} test images with its own views. From top to bottom:
      ${rows.join(', ')}.
    </p>
    <div class="examples">
      <ol class="small" aria-hidden="true" style="grid-auto-rows:${height * scale}px">
        ${rows.map((name) => html`<li>${name}</li>`)}
      </ol>
      <img
        src="${dataUri}"
        width="${columns * width * scale}"
        height="${rows.length * height * scale}"
        alt="${rows.length} rows of ${columns} pictures: ${rows.join(', ')}"
      />
    </div>
  </section>`;
}

/** Each sample with its texts, one below the other. */
function textExamples({ rows, texts }: ReportExampleTexts): Html {
  const samples = texts[0]?.length ?? 0;
  return html`<section id="examples">
    <h2>Examples</h2>
    <p class="lede">
      What the method makes of ${samples} test samples with its own views: ${rows.join(', ')}.
    </p>
    <ol class="text-examples">
      ${Array.from(
        { length: samples },
        (_, sample) =>
          html`<li>
            <dl>
              ${rows.map(
                (name, row) =>
                  html`<div>
                    <dt class="small">${name}</dt>
                    <dd>${texts[row]?.[sample]}</dd>
                  </div>`,
              )}
            </dl>
          </li>`,
      )}
    </ol>
  </section>`;
}
