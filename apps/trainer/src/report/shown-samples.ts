import { listClasses, type DiscoveredClass } from '@ssl/eval';
import type { ReportEmbeddings } from './report-inputs.ts';

/** Samples that are asked about, beside their neighbours. */
const mostQueries = 12;
/** Neighbours that are shown of each. */
const mostNeighbours = 6;
/** Classes that are shown, the largest. */
export const mostClasses = 60;
/** Samples that are shown of each. */
export const mostMembers = 26;

/** What of an evaluation decides which samples are shown. */
type Evaluated = Pick<ReportEmbeddings, 'labels' | 'predicted' | 'confidence' | 'neighbours'>;

/** Some samples, each with those most similar to it, nearest first. */
export function shownNeighbours({ neighbours }: Evaluated): readonly (readonly [number, ...number[]])[] {
  if (neighbours === undefined) return [];
  const { rows, width } = neighbours;
  const count = Math.min(mostQueries, Math.floor(rows.length / width));
  return Array.from({ length: count }, (_, query) => {
    const [own = 0, ...nearest] = rows.subarray(query * width, (query + 1) * width);
    return [own, ...nearest.slice(0, mostNeighbours)];
  });
}

/** Classes that hold samples, largest first, each with its most confident samples first. */
export function usedClasses({ labels, predicted, confidence }: Evaluated): readonly DiscoveredClass[] {
  if (predicted === undefined) return [];
  const known = labels?.some((label) => label >= 0) ? labels : undefined;
  return listClasses(predicted, { ...(confidence && { confidence }), ...(known && { labels: known }) })
    .filter(({ members }) => members.length > 0)
    .sort((a, b) => b.members.length - a.members.length || a.index - b.index);
}

/** All samples that a report shows one by one: those beside their neighbours, then the first of each class by turns. */
export function shownSamples(evaluated: Evaluated): readonly number[] {
  const classes = usedClasses(evaluated).slice(0, mostClasses);
  const turns = Array.from({ length: mostMembers }, (_, turn) =>
    classes.flatMap(({ members }) => members[turn] ?? []),
  );
  return [...new Set([...shownNeighbours(evaluated).flat(), ...turns.flat()])];
}
