import { countPairs } from '../clusters/contingency.ts';
import { matchClusters } from '../clusters/match-clusters.ts';

/** Discovered classes against labels, ordered so that what agrees lies along the diagonal. */
export interface ClassConfusion {
  /** Discovered classes that have labelled rows, by the column of the label they stand for, largest first. */
  readonly classes: Int32Array;
  /** Labels that occur: in their own order, which readers know. */
  readonly labels: Int32Array;
  /** `[classes, labels]`, row-major. */
  readonly counts: Int32Array;
  /** The label each class stands for, `[classes]`: by the Hungarian method, surplus classes by majority. */
  readonly labelOfClass: Int32Array;
  /** Whether the class is surplus, `[classes]`: there were more classes than labels. */
  readonly surplus: Uint8Array;
}

/**
 * Counts discovered classes × labels as a readable table: rows are sorted by the label that each class stands
 * for, so that a good clustering shows a diagonal.
 *
 * @param labels class of each row, `[rows]`, from 0; −1 where unknown, which is left out
 * @param predictions predicted class of each row, `[rows]`, from 0
 * @throws RangeError if the lengths differ, no row is labelled, or a value is out of range
 */
export function classConfusion(labels: Int32Array, predictions: Int32Array): ClassConfusion {
  const pairs = countPairs('classConfusion', labels, predictions);
  const match = matchClusters(pairs);
  const columns = pairs.labels.length;
  const labelAt = (row: number): number => match.labelOfCluster[row] as number;
  const order = [...pairs.clusters.keys()].sort(
    (a, b) =>
      labelAt(a) - labelAt(b) ||
      (match.surplus[a] as number) - (match.surplus[b] as number) ||
      (pairs.clusterSizes[b] as number) - (pairs.clusterSizes[a] as number),
  );
  const counts = new Int32Array(order.length * columns);
  for (const [row, cluster] of order.entries()) {
    for (let column = 0; column < columns; column++) {
      counts[row * columns + column] = pairs.counts[column * order.length + cluster] as number;
    }
  }
  return {
    classes: Int32Array.from(order, (cluster) => pairs.clusters[cluster] as number),
    labels: pairs.labels,
    counts,
    labelOfClass: Int32Array.from(order, (cluster) => pairs.labels[labelAt(cluster)] as number),
    surplus: Uint8Array.from(order, (cluster) => match.surplus[cluster] as number),
  };
}
