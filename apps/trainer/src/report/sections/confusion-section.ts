import type { ClassConfusion } from '@ssl/eval';
import { formatPercent } from '../../terminal/format.ts';
import { html, type Html } from '../html.ts';
import type { ReportModel } from '../report-model.ts';

/** Rows and columns that are shown, those with the most images. */
const mostLines = 40;

/** Classes × labels as a heat map. */
export function confusionSection(model: ReportModel): Html | undefined {
  const { confusion, labelName, learntLabels } = model;
  if (confusion === undefined) return undefined;
  const count = countOf(confusion);
  const rows = largest(confusion.classes.length, (row) =>
    sum(confusion.labels.length, (at) => count(row, at)),
  );
  const columns = largest(confusion.labels.length, (column) =>
    sum(confusion.classes.length, (at) => count(at, column)),
  );
  const mostShare = rows.reduce((most, row) => {
    const total = sum(confusion.labels.length, (at) => count(row, at));
    return columns.reduce((share, column) => Math.max(share, count(row, column) / total), most);
  }, 0);
  const left = [
    ...(rows.length < confusion.classes.length
      ? [`${rows.length} of ${confusion.classes.length} classes`]
      : []),
    ...(columns.length < confusion.labels.length
      ? [`${columns.length} of ${confusion.labels.length} labels`]
      : []),
  ];
  return html`<section id="confusion">
    <h2>Classes against labels</h2>
    <p class="lede">
      Images of each label (columns) in each ${learntLabels ? 'predicted' : 'discovered'} class (rows).
      Classes are sorted by the label they match best, so that agreement lies on the diagonal; the stronger
      the shade, the larger a part of the class.
      ${left.length > 0 && `Shown: the largest ${left.join(' and ')}.`}
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Classes against labels">
      <table class="confusion${(rows.length > 20 || columns.length > 20) && ' dense'}">
        <thead>
          <tr>
            <th scope="col">Class</th>
            ${columns.map(
              (column) =>
                html`<th scope="col" class="label">
                  <span>${labelName(confusion.labels[column] as number)}</span>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => {
            const total = sum(confusion.labels.length, (at) => count(row, at));
            return html`<tr>
              <th scope="row">${confusion.classes[row]}</th>
              ${columns.map((column) => cell(count(row, column), total, mostShare, isMatch(confusion, row, column)))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** @param mostShare the share that is drawn darkest */
function cell(count: number, total: number, mostShare: number, matched: boolean): Html {
  const share = count / total;
  const shade = share / mostShare;
  const strength = shade > 0.76 ? 'strong' : '';
  return html`<td
    class="${strength}${matched && ' match'}"
    style="--shade:${shade.toFixed(3)}"
    title="${formatPercent(share)} % of the class"
  >
    ${count === 0 ? html`<span class="zero">0</span>` : count}
  </td>`;
}

function countOf({ counts, labels }: ClassConfusion): (row: number, column: number) => number {
  return (row, column) => counts[row * labels.length + column] as number;
}

function isMatch({ labels, labelOfClass, surplus }: ClassConfusion, row: number, column: number): boolean {
  return surplus[row] === 0 && labelOfClass[row] === labels[column];
}

/** The lines with the most images, in their own order. */
function largest(length: number, size: (line: number) => number): readonly number[] {
  return Array.from({ length }, (_, line) => ({ line, images: size(line) }))
    .sort((a, b) => b.images - a.images || a.line - b.line)
    .slice(0, mostLines)
    .map(({ line }) => line)
    .sort((a, b) => a - b);
}

function sum(length: number, value: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < length; at++) total += value(at);
  return total;
}
