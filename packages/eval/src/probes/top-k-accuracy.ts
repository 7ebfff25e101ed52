/** Accuracies of one protocol on one set, in 0 to 1. */
export interface Accuracy {
  readonly top1: number;
  /** Share of rows whose label is among the five highest scores; null with five classes or fewer, where it says nothing. */
  readonly top5: number | null;
}

/**
 * Share of rows whose label is among the `k` classes with the highest scores. Of equal scores the lower class
 * comes first.
 *
 * @param scores `[rows, classes]`, row-major: logits, probabilities or votes
 * @param labels `[rows]`, from 0 to `classes − 1`; −1 where unknown, which is left out
 * @throws RangeError if shapes do not match, no row is labelled, or a label is out of range
 */
export function topKAccuracy(
  scores: Float32Array | Float64Array,
  classes: number,
  labels: Int32Array,
  k: number,
): number {
  if (scores.length !== labels.length * classes) {
    throw new RangeError(`topKAccuracy: expected ${labels.length} × ${classes} scores, got ${scores.length}`);
  }
  let hits = 0;
  let scored = 0;
  for (const [row, label] of labels.entries()) {
    if (label < -1 || label >= classes) {
      throw new RangeError(
        `topKAccuracy: labels must be from 0 to ${classes - 1} (or -1 where unknown), got ${label} in row ${row}`,
      );
    }
    if (label < 0) continue;
    scored++;
    if (rankOf(scores, row * classes, classes, label) < k) hits++;
  }
  if (scored === 0) {
    throw new RangeError(`topKAccuracy: expected labelled rows, got ${labels.length} without a label`);
  }
  return hits / scored;
}

/** `topKAccuracy` for one and for five. */
export function accuracyOf(
  scores: Float32Array | Float64Array,
  classes: number,
  labels: Int32Array,
): Accuracy {
  return {
    top1: topKAccuracy(scores, classes, labels, 1),
    top5: classes > 5 ? topKAccuracy(scores, classes, labels, 5) : null,
  };
}

/** Position of the class with the highest score of each row; of equal ones the lowest. */
export function argMaxRows(scores: Float32Array | Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((scores[row * classes + c] as number) > (scores[row * classes + best] as number)) best = c;
    }
    return best;
  });
}

function rankOf(scores: ArrayLike<number>, start: number, classes: number, label: number): number {
  const own = scores[start + label] as number;
  let before = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[start + c] as number;
    if (score > own || (score === own && c < label)) before++;
  }
  return before;
}
