import { formatPercent } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { AccuracyScore, ClusterScore, Evaluation } from './evaluation.ts';

/** Scores and baselines as a table for a terminal, in per cent; columns without any score are left out. */
export function evaluationTable({ results, baselines }: Evaluation): string {
  const { randomInit, pixels, kMeansFeatures } = baselines;
  const rows: readonly Row[] = [
    {
      name: 'trained',
      ...{
        prediction: results.prediction,
        knn: results.knn,
        linear: results.linear,
        cluster: results.cluster,
      },
    },
    { name: 'trained, k-means on features', cluster: kMeansFeatures.cluster },
    { name: 'random backbone', ...randomInit },
    { name: 'raw input', ...pixels },
  ];
  const scored = rows.filter(
    ({ prediction, knn, linear, cluster }) => prediction ?? knn ?? linear ?? cluster,
  );
  const columns = allColumns.filter(([, value]) => scored.some((row) => value(row) !== undefined));
  if (columns.length === 0) return '';
  return renderTable(
    ['%', ...columns.map(([header]) => header)],
    scored.map((row) => [row.name, ...columns.map(([, value]) => value(row) ?? '–')]),
  );
}

interface Row {
  readonly name: string;
  readonly prediction?: AccuracyScore | null | undefined;
  readonly knn?: AccuracyScore | null;
  readonly linear?: AccuracyScore | null;
  readonly cluster?: Partial<ClusterScore> | null;
}

type Column = readonly [header: string, value: (row: Row) => string | undefined];

const allColumns: readonly Column[] = [
  ['accuracy', ({ prediction }) => percent(prediction?.top1)],
  ['kNN', ({ knn }) => percent(knn?.top1)],
  ['linear', ({ linear }) => percent(linear?.top1)],
  ['ACC', ({ cluster }) => percent(cluster?.acc)],
  ['NMI', ({ cluster }) => percent(cluster?.nmi)],
  ['AMI', ({ cluster }) => percent(cluster?.ami)],
  ['ARI', ({ cluster }) => percent(cluster?.ari)],
  ['classes used', ({ cluster }) => usedClasses(cluster)],
];

function percent(share: number | null | undefined): string | undefined {
  return share === null || share === undefined ? undefined : formatPercent(share);
}

function usedClasses(cluster: Partial<ClusterScore> | null | undefined): string | undefined {
  const { classes, classesUsed } = cluster ?? {};
  return classesUsed === undefined ? undefined : `${classesUsed} of ${classes}`;
}
