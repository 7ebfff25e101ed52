/** Feature vectors, one a row. */
export interface FeatureMatrix {
  /** `[rows, dim]`, row-major, finite. */
  readonly features: Float32Array;
  /** Length of a vector. */
  readonly dim: number;
}

/** Feature vectors whose classes are known, at least for some of them. */
export interface LabelledFeatures extends FeatureMatrix {
  /** Class of each row, `[rows]`, from 0; −1 where it is not known. */
  readonly labels: Int32Array;
}

/** The rows of a matrix that have a label. */
export interface LabelledRows extends LabelledFeatures {
  readonly rows: number;
  /** Rows that had no label and were left out. */
  readonly unlabelled: number;
}

/** Number of rows. */
export function rowCount({ features, dim }: FeatureMatrix): number {
  return features.length / dim;
}

/**
 * The vector at `row`, without a copy.
 */
export function rowOf({ features, dim }: FeatureMatrix, row: number): Float32Array {
  return features.subarray(row * dim, (row + 1) * dim);
}

/** A copy of some rows, in the order of `indices`. */
export function takeRows(matrix: FeatureMatrix, indices: ArrayLike<number>): FeatureMatrix {
  const { dim } = matrix;
  const features = new Float32Array(indices.length * dim);
  for (let i = 0; i < indices.length; i++) features.set(rowOf(matrix, indices[i] as number), i * dim);
  return { features, dim };
}

/**
 * @param caller the name of the function and of its argument, for the message: `kMeans: train`
 * @returns number of rows
 * @throws RangeError if there is no row, if the values do not fill whole rows, or if one is not finite
 */
export function checkFeatures(caller: string, { features, dim }: FeatureMatrix): number {
  if (!Number.isInteger(dim) || dim < 1) {
    throw new RangeError(`${caller}: dim must be an integer ≥ 1, got ${dim}`);
  }
  if (features.length === 0)
    throw new RangeError(`${caller}: expected at least one feature vector, got none`);
  if (features.length % dim !== 0) {
    throw new RangeError(
      `${caller}: expected whole rows of ${dim} values, got ${features.length} values (${(features.length / dim).toFixed(2)} rows)`,
    );
  }
  const broken = features.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new RangeError(
      `${caller}: features must be finite, got ${features[broken]} in row ${Math.floor(broken / dim)}; has the network diverged?`,
    );
  }
  return features.length / dim;
}

/** @throws RangeError if the vectors of two sets do not have the same length */
export function checkSameDim(caller: string, train: FeatureMatrix, test: FeatureMatrix): void {
  if (train.dim !== test.dim) {
    throw new RangeError(
      `${caller}: train and test features must have the same length, got ${train.dim} and ${test.dim}`,
    );
  }
}

/**
 * Checks features and labels, and leaves out the rows without a label.
 *
 * @param caller the name of the function and of its argument, for the message
 * @param classes labels must be below it; default: no bound
 * @throws RangeError as `checkFeatures`, if there are not as many labels as rows, if a label is out of range, or
 * if no row has a label
 */
export function labelledRows(
  caller: string,
  matrix: LabelledFeatures,
  classes = Number.MAX_SAFE_INTEGER,
): LabelledRows {
  const rows = checkFeatures(caller, matrix);
  const { labels } = matrix;
  if (labels.length !== rows) {
    throw new RangeError(`${caller}: expected a label for each of ${rows} rows, got ${labels.length}`);
  }
  checkLabels(caller, labels, classes);
  const known = knownIndices(labels);
  if (known.length === 0) {
    throw new RangeError(`${caller}: expected labelled rows, got ${rows} without a label`);
  }
  if (known.length === rows) return { ...matrix, rows, unlabelled: 0 };
  return {
    ...takeRows(matrix, known),
    labels: Int32Array.from(known, (row) => labels[row] as number),
    rows: known.length,
    unlabelled: rows - known.length,
  };
}

/** @throws RangeError if a label is below −1 or not below `classes` */
export function checkLabels(caller: string, labels: Int32Array, classes = Number.MAX_SAFE_INTEGER): void {
  const broken = labels.findIndex((label) => label < -1 || label >= classes);
  if (broken >= 0) {
    const range = classes === Number.MAX_SAFE_INTEGER ? '0 or more' : `from 0 to ${classes - 1}`;
    throw new RangeError(
      `${caller}: labels must be ${range} (or -1 where unknown), got ${labels[broken]} in row ${broken}`,
    );
  }
}

/** The rows whose label is not −1. */
export function knownIndices(labels: Int32Array): Int32Array {
  return Int32Array.from(labels.keys()).filter((row) => (labels[row] as number) >= 0);
}

/** One more than the largest label of all sets. */
export function classCount(...sets: readonly Int32Array[]): number {
  return sets.reduce((most, labels) => labels.reduce((max, label) => Math.max(max, label + 1), most), 0);
}
