// What the tables of methods are made of: the scores of an evaluation, and how several seeds' are written.

/** Columns of scores: their title, and where an `eval.json` has the score of what is in its `results` or `baselines`. */
export const scoreColumns = [
  { name: 'accuracy', title: 'test accuracy', of: ({ prediction }) => prediction?.top1 },
  { name: 'knn', title: 'kNN', of: ({ knn }) => knn?.top1 },
  { name: 'linear', title: 'linear', of: ({ linear }) => linear?.top1 },
  { name: 'cluster', title: 'ACC', of: ({ cluster }) => cluster?.acc },
];

/** The scores of `scoreColumns` that there are, by name: fractions. */
export function scoresOf(results) {
  const scores = scoreColumns.map(({ name, of }) => [name, of(results)]);
  return Object.fromEntries(scores.filter(([, score]) => typeof score === 'number'));
}

/** Mean ± standard deviation (n − 1) in per cent, `43.6 ± 1.0`; of what is no number nothing is written. */
export function spread(values, nothing = '–') {
  const known = values.filter((value) => typeof value === 'number').map((value) => 100 * value);
  if (known.length === 0) return nothing;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return mean.toFixed(1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  return `${mean.toFixed(1)} ± ${Math.sqrt(variance).toFixed(1)}`;
}

/** A line of a table. */
export function rowOf(cells) {
  return `| ${cells.join(' | ')} |`;
}
