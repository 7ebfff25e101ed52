/** How often each pair of label and cluster occurs, over the labels and clusters that occur at all. */
export interface Contingency {
  /** Labels that occur, ascending. */
  readonly labels: Int32Array;
  /** Clusters that occur, ascending. */
  readonly clusters: Int32Array;
  /** `[labels, clusters]`, row-major. */
  readonly counts: Int32Array;
  /** Rows of each label, `[labels]`. */
  readonly labelSizes: Int32Array;
  /** Rows of each cluster, `[clusters]`. */
  readonly clusterSizes: Int32Array;
  /** Rows that were counted. */
  readonly total: number;
}

/** More cells than this are a mistake, such as image indices in place of clusters. */
const mostCells = 2 ** 27;

/**
 * Counts pairs of label and cluster. Rows with label −1 are left out.
 *
 * @param caller the name of the function that scores, for messages
 * @param labels class of each row, any non-negative integers, −1 where unknown
 * @param predictions cluster of each row, any non-negative integers
 * @throws RangeError if the lengths differ, nothing is left to count, an entry is negative (but for labels of
 * −1), or there are too many pairs
 */
export function countPairs(caller: string, labels: Int32Array, predictions: Int32Array): Contingency {
  if (labels.length !== predictions.length) {
    throw new RangeError(
      `${caller}: expected a prediction for each of ${labels.length} labels, got ${predictions.length}`,
    );
  }
  checkIds(caller, 'labels', labels, -1);
  checkIds(caller, 'predictions', predictions, 0);
  const known = Int32Array.from(labels.keys()).filter((row) => (labels[row] as number) >= 0);
  if (known.length === 0) {
    throw new RangeError(`${caller}: expected labelled rows, got ${labels.length} without a label`);
  }
  const labelIds = distinct(known.map((row) => labels[row] as number));
  const clusterIds = distinct(known.map((row) => predictions[row] as number));
  if (labelIds.length * clusterIds.length > mostCells) {
    throw new RangeError(
      `${caller}: ${labelIds.length} labels × ${clusterIds.length} clusters are more pairs than the ${mostCells} that fit; are these class numbers?`,
    );
  }
  const labelAt = positions(labelIds);
  const clusterAt = positions(clusterIds);
  const counts = new Int32Array(labelIds.length * clusterIds.length);
  const labelSizes = new Int32Array(labelIds.length);
  const clusterSizes = new Int32Array(clusterIds.length);
  for (const row of known) {
    const label = labelAt.get(labels[row] as number) as number;
    const cluster = clusterAt.get(predictions[row] as number) as number;
    counts[label * clusterIds.length + cluster]! += 1;
    labelSizes[label]! += 1;
    clusterSizes[cluster]! += 1;
  }
  return { labels: labelIds, clusters: clusterIds, counts, labelSizes, clusterSizes, total: known.length };
}

/** @throws RangeError if an entry is below `least` */
export function checkIds(caller: string, name: string, ids: Int32Array, least: number): void {
  const broken = ids.findIndex((id) => id < least);
  if (broken >= 0) {
    throw new RangeError(`${caller}: ${name} must be ${least} or more, got ${ids[broken]} in row ${broken}`);
  }
}

function distinct(ids: Int32Array): Int32Array {
  return Int32Array.from(new Set(ids)).sort();
}

function positions(ids: Int32Array): ReadonlyMap<number, number> {
  return new Map(Array.from(ids, (id, position) => [id, position]));
}
