import { isSettings, type Settings } from '@ssl/train';
import { formatNumber, formatPercent } from '../../terminal/format.ts';
import { html, type Html, type HtmlContent } from '../html.ts';
import { numberAt, type ReportModel } from '../report-model.ts';

/** A score that is a column of the table. */
interface Score {
  readonly path: readonly [protocol: string, score: string];
  readonly title: string;
  /** Default: per cent. */
  readonly isCount?: boolean;
}

const scores: readonly Score[] = [
  { path: ['prediction', 'top1'], title: 'Accuracy' },
  { path: ['knn', 'top1'], title: 'kNN' },
  { path: ['knn', 'top5'], title: 'kNN top-5' },
  { path: ['linear', 'top1'], title: 'Linear' },
  { path: ['linear', 'top5'], title: 'Linear top-5' },
  { path: ['finetune', 'top1'], title: 'Fine-tuned' },
  { path: ['cluster', 'acc'], title: 'ACC' },
  { path: ['cluster', 'overclusteredAcc'], title: 'Overclustered ACC' },
  { path: ['cluster', 'nmi'], title: 'NMI' },
  { path: ['cluster', 'ami'], title: 'AMI' },
  { path: ['cluster', 'ari'], title: 'ARI' },
  { path: ['cluster', 'purity'], title: 'Purity' },
  { path: ['cluster', 'classesUsed'], title: 'Classes used', isCount: true },
];

const baselineNames: Readonly<Record<string, string>> = {
  randomInit: 'Random backbone, k-means',
  pixels: 'Raw pixels, k-means',
  kMeansFeatures: 'This backbone, k-means',
};

const meanings: readonly (readonly [string, string])[] = [
  ['Accuracy', 'share of test images whose label the network itself predicts: it has learned the labels'],
  ['kNN', 'share of test images whose label the nearest training images vote for'],
  ['Linear', 'share that a linear classifier on the frozen features gets right'],
  ['ACC', 'share that is right when each class is matched with one label (Hungarian method)'],
  ['NMI, AMI', 'how much class and label tell of each other; AMI takes off what chance would give'],
  ['ARI', 'agreement on which pairs of images belong together, less chance'],
  ['Purity', 'share that carries its class’s commonest label; grows with the number of classes'],
];

/** The scores of the run beside its baselines, and in words what was done to get them. */
export function resultsSection({
  evaluation,
  hasLabels,
  learntLabels,
  config,
}: ReportModel): Html | undefined {
  if (evaluation === undefined) return undefined;
  const { results, baselines, protocol } = evaluation;
  const seed = numberAt(config, 'seed');
  const own: readonly [string, Settings] = [
    numberAt(results, 'cluster', 'classesUsed') === undefined ? 'This run' : 'This run, its own classes',
    results,
  ];
  const compared = Object.entries(baselines).flatMap(([name, row]): [string, Settings][] =>
    isSettings(row) && scores.some(({ path }) => numberAt(row, ...path) !== undefined)
      ? [[baselineNames[name] ?? name, row]]
      : [],
  );
  const rows = [own, ...compared];
  const columns = scores.filter(({ path }) => rows.some(([, row]) => tells(row, path)));
  const scored = columns.some(({ isCount }) => !isCount);
  return html`<section id="results">
    <h2>Results</h2>
    <p class="lede">
      ${
        scored
          ? html`Per cent on the evaluated images. Labels were used
              ${learntLabels ? 'in training, and to score' : 'to score, after training was done'}. The best of
              each column is <b>bold</b>.`
          : html`${hasLabels ? 'No score was asked for.' : unscored}`
      }
    </p>
    ${columns.length > 0 && scoreTable(columns, rows)}
    <div class="protocol">
      <h3>Exactly what was done</h3>
      <dl>
        ${Object.entries({ ...(seed !== undefined && { seed }), ...protocol }).map(
          ([name, value]) =>
            html`<div>
              <dt>${protocolTitles[name] ?? title(name)}</dt>
              <dd>${inWords(value)}</dd>
            </div>`,
        )}
      </dl>
    </div>
    ${
      scored &&
      html`<details>
        <summary>What the numbers mean</summary>
        <dl class="meanings">
          ${meanings.map(
            ([term, meaning]) =>
              html`<div>
                <dt>${term}</dt>
                <dd>${meaning}</dd>
              </div>`,
          )}
        </dl>
      </details>`
    }
  </section>`;
}

/** Whether a score is there, and says something that none before it said. */
function tells(row: Settings, path: Score['path']): boolean {
  const value = numberAt(row, ...path);
  return value !== undefined && (path[1] !== 'overclusteredAcc' || value !== numberAt(row, 'cluster', 'acc'));
}

const unscored =
  'These images carry no labels, so nothing can be scored: kNN and linear accuracy ask for labels to predict, ACC, NMI, AMI, ARI and purity for labels to compare the classes with. What can be said without them is how the classes are used, and what they look like.';

function scoreTable(columns: readonly Score[], rows: readonly (readonly [string, Settings])[]): Html {
  const best = columns.map(({ path, isCount }) =>
    isCount ? undefined : Math.max(...rows.map(([, row]) => numberAt(row, ...path) ?? -Infinity)),
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Scores">
    <table class="scores">
      <thead>
        <tr>
          <th scope="col"><span class="hidden">Features and classes</span></th>
          ${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, row], at) =>
            html`<tr ${at === 0 && html`class="own"`}>
              <th scope="row">${name}</th>
              ${columns.map((score, column) => {
                const value = numberAt(row, ...score.path);
                const shown = score.isCount ? (value ?? '–') : formatPercent(value);
                return html`<td>
                  ${value !== undefined && value === best[column] ? html`<b>${shown}</b>` : shown}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const protocolTitles: Readonly<Record<string, string>> = {
  knn: 'kNN',
  cluster: 'Classes',
  embeddings: 'Shown here',
  createdAt: 'Evaluated',
};

/** `trainImages` → `Train images`. */
function title(name: string): string {
  const words = spaced(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** Texts longer than this stand on lines of their own. */
const longText = 24;

/** Settings as they read: `k 200, temperature 0.1`; where there are sentences among them, one a line. */
function inWords(value: unknown): HtmlContent {
  if (!isSettings(value)) return plain(value);
  const entries = Object.entries(value);
  const isLong = entries.some(([, setting]) => typeof setting === 'string' && setting.length > longText);
  if (!isLong) return plain(value);
  return html`<ul>
    ${entries.map(
      ([name, setting]) =>
        html`<li><span>${baselineNames[name] ?? title(name)}:</span> ${plain(setting)}</li>`,
    )}
  </ul>`;
}

function plain(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (!isSettings(value)) return '–';
  return Object.entries(value)
    .map(([name, setting]) => `${spaced(name)} ${plain(setting)}`)
    .join(', ');
}
