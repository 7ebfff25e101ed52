import { isSettings, settingAt, settingPaths, type Settings } from '@ssl/train';
import { html, type Html } from '../html.ts';
import type { ReportModel } from '../report-model.ts';

/** How the run was set up: every setting, the views it learned from, and the versions that did it. */
export function configurationSection({ config, runFolder }: ReportModel): Html {
  const { versions, recipe, ...settings } = config;
  return html`<section id="configuration">
    <h2>Configuration</h2>
    <p class="lede">From <code>config.json</code> in <code>${runFolder}</code>.</p>
    <details>
      <summary>Settings</summary>
      ${settingsTable(settings)}
    </details>
    ${
      isSettings(recipe) &&
      html`<details>
        <summary>View recipe</summary>
        <pre tabindex="0">${JSON.stringify(recipe, undefined, 2)}</pre>
      </details>`
    }
    ${
      isSettings(versions) &&
      html`<details>
        <summary>Versions</summary>
        ${settingsTable(versions)}
      </details>`
    }
  </section>`;
}

function settingsTable(settings: Settings): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Settings">
    <table class="settings">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${settingPaths(settings).map(
          (path) =>
            html`<tr>
              <th scope="row">${path.join('.')}</th>
              <td>${asText(settingAt(settings, path))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Lists longer than this are cut. */
const mostEntries = 50;

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value) ?? '';
  const shown = value.slice(0, mostEntries).map(asText).join(', ');
  return value.length > mostEntries ? `${shown}, … (${value.length} in all)` : shown;
}
