import { sizesOfClasses } from './cluster-scores.ts';
import { entropyOfSizes } from './mutual-information.ts';

/** What can be said of discovered classes without any label. */
export interface ClassUsage {
  /** Classes the method could have used. */
  readonly classes: number;
  readonly classesUsed: number;
  /** Rows of each class, `[classes]`. */
  readonly sizes: Int32Array;
  readonly smallest: number;
  readonly largest: number;
  /** Entropy of the distribution over classes, in nats: ln(classes) where all have the same size, 0 where one holds all. */
  readonly entropy: number;
  /** `entropy / ln(classes)`: 1 where all classes have the same size; 1 where there is one class only. */
  readonly normalizedEntropy: number;
  /** Mean probability of the predicted class; absent where no confidence was given. */
  readonly meanConfidence?: number;
}

export interface ClassUsageOptions {
  /** Classes of the method's head. Default: one more than the largest prediction. */
  readonly classes?: number;
  /** Probability of the predicted class, `[rows]`. */
  readonly confidence?: Float32Array;
}

/**
 * How a method uses its classes: whether it has collapsed into a few, and how sure it is.
 *
 * @param predictions predicted class of each row, `[rows]`, from 0
 * @throws RangeError if there are no rows, lengths differ, or a prediction is out of range
 */
export function classUsage(predictions: Int32Array, options: ClassUsageOptions = {}): ClassUsage {
  const { confidence } = options;
  if (predictions.length === 0)
    throw new RangeError('classUsage: expected at least one prediction, got none');
  if (confidence && confidence.length !== predictions.length) {
    throw new RangeError(
      `classUsage: expected a confidence for each of ${predictions.length} predictions, got ${confidence.length}`,
    );
  }
  const sizes = sizesOfClasses('classUsage', predictions, options.classes);
  const entropy = entropyOfSizes(sizes);
  return {
    classes: sizes.length,
    classesUsed: sizes.filter((size) => size > 0).length,
    sizes,
    smallest: sizes.reduce((least, size) => Math.min(least, size), Infinity),
    largest: sizes.reduce((most, size) => Math.max(most, size), 0),
    entropy,
    normalizedEntropy: sizes.length === 1 ? 1 : entropy / Math.log(sizes.length),
    ...(confidence && {
      meanConfidence: confidence.reduce((sum, value) => sum + value, 0) / confidence.length,
    }),
  };
}
