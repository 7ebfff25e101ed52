import { html, type Html } from '../html.ts';
import type { ReportExampleTexts } from '../report-inputs.ts';
import type { ReportModel } from '../report-model.ts';

/** Pictures are shown at the whole multiple of their size that comes nearest to this many pixels. */
const preferredSize = 64;

/** Rows of pictures by which the method shows what it does, such as reconstructions. */
export function examplesSection({ examples, noun }: ReportModel): Html | undefined {
  if (examples === undefined) return undefined;
  if ('texts' in examples) return textsSection(examples, noun);
  const { rows, columns, height, width, dataUri } = examples;
  const scale = Math.max(1, Math.round(preferredSize / height));
  return html`<section id="examples">
    <h2>Examples</h2>
    <p class="lede">
      What the method makes of ${columns} test ${noun}s with its own views. From top to bottom:
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

/** The texts of each sample below each other. */
function textsSection({ rows, texts }: ReportExampleTexts, noun: string): Html {
  const count = Math.max(0, ...texts.map((row) => row.length));
  return html`<section id="examples">
    <h2>Examples</h2>
    <p class="lede">
      What the method makes of ${count} test ${noun}s with its own views: ${rows.join(', ')}.
    </p>
    <ol class="example-texts">
      ${Array.from(
        { length: count },
        (_, at) =>
          html`<li>
            <dl>
              ${rows.map(
                (name, row) =>
                  html`<div>
                    <dt>${name}</dt>
                    <dd>${texts[row]?.[at]}</dd>
                  </div>`,
              )}
            </dl>
          </li>`,
      )}
    </ol>
  </section>`;
}
