import { checkIds } from './contingency.ts';

/** How often each true class was predicted as each class, and what follows from it. Fractions are 0 to 1. */
export interface ConfusionMatrix {
  readonly classes: number;
  /** `[classes, classes]`, row-major: rows are true classes, columns predicted ones. */
  readonly counts: Int32Array;
  /** Of the rows predicted as a class, the share that is of it, `[classes]`; 0 where none was predicted. */
  readonly precision: Float64Array;
  /** Of the rows of a class, the share predicted as it, `[classes]`; 0 where the class has no row. */
  readonly recall: Float64Array;
  /** Harmonic mean of precision and recall, `[classes]`; 0 where both are. */
  readonly f1: Float64Array;
  /** Mean recall over the classes that have rows. */
  readonly balancedAccuracy: number;
  /** Mean of `f1` over the classes that have rows or predictions. */
  readonly macroF1: number;
  /** Rows without a label (−1), left out. */
  readonly unlabelled: number;
}

/**
 * The confusion of a classifier whose classes are those of the labels, as scikit-learn's `confusion_matrix`,
 * `precision_recall_fscore_support` and `balanced_accuracy_score`. For discovered classes use `classConfusion`.
 *
 * @param labels class of each row, `[rows]`; −1 where unknown
 * @param predictions predicted class of each row, `[rows]`
 * @param classes both must be below it
 * @throws RangeError if the lengths differ, no row is labelled, or a value is out of range
 */
export function confusionMatrix(
  labels: Int32Array,
  predictions: Int32Array,
  classes: number,
): ConfusionMatrix {
  if (labels.length !== predictions.length) {
    throw new RangeError(
      `confusionMatrix: expected a prediction for each of ${labels.length} labels, got ${predictions.length}`,
    );
  }
  checkIds('confusionMatrix', 'labels', labels, -1);
  checkIds('confusionMatrix', 'predictions', predictions, 0);
  const counts = new Int32Array(classes * classes);
  let scored = 0;
  for (const [row, label] of labels.entries()) {
    const prediction = predictions[row] as number;
    if (label >= classes || prediction >= classes) {
      throw new RangeError(
        `confusionMatrix: labels and predictions must be below ${classes}, got ${Math.max(label, prediction)} in row ${row}`,
      );
    }
    if (label < 0) continue;
    counts[label * classes + prediction]! += 1;
    scored++;
  }
  if (scored === 0) {
    throw new RangeError(`confusionMatrix: expected labelled rows, got ${labels.length} without a label`);
  }
  return { classes, counts, ...perClass(counts, classes), unlabelled: labels.length - scored };
}

function perClass(
  counts: Int32Array,
  classes: number,
): Pick<ConfusionMatrix, 'precision' | 'recall' | 'f1' | 'balancedAccuracy' | 'macroF1'> {
  const precision = new Float64Array(classes);
  const recall = new Float64Array(classes);
  const f1 = new Float64Array(classes);
  let present = 0;
  let presentOrPredicted = 0;
  for (let c = 0; c < classes; c++) {
    const right = counts[c * classes + c] as number;
    let rows = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      rows += counts[c * classes + other] as number;
      predicted += counts[other * classes + c] as number;
    }
    if (rows > 0) present++;
    if (rows + predicted > 0) presentOrPredicted++;
    precision[c] = predicted > 0 ? right / predicted : 0;
    recall[c] = rows > 0 ? right / rows : 0;
    f1[c] = right > 0 ? (2 * right) / (rows + predicted) : 0;
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    precision,
    recall,
    f1,
    balancedAccuracy: sum(recall) / present,
    macroF1: sum(f1) / presentOrPredicted,
  };
}
