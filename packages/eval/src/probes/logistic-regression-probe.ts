import { columnStatistics, rescaleColumns } from '../features/column-statistics.ts';
import { checkSameDim, classCount, labelledRows, type LabelledFeatures } from '../features/feature-matrix.ts';
import { createRowProducts, type RowProducts } from '../features/row-products.ts';
import { minimizeLbfgs, type Evaluation } from './minimize-lbfgs.ts';
import { accuracyOf, type Accuracy } from './top-k-accuracy.ts';

export interface LogisticRegressionOptions {
  /** Weight of Σ W² beside the mean cross-entropy; the bias is free. Default 1e-4; ≥ 0. */
  readonly penalty?: number;
  /** Most L-BFGS iterations. Default 100. */
  readonly maxIterations?: number;
  /** Number of classes. Default: one more than the largest label. */
  readonly classes?: number;
}

/** A logistic-regression score, and how the fit went. */
export interface LogisticRegressionAccuracy extends Accuracy {
  /** Mean cross-entropy on the training rows plus the penalty, in nats. */
  readonly loss: number;
  readonly iterations: number;
  /** Whether the largest component of the gradient fell below 1e-5. */
  readonly converged: boolean;
  /** Test rows scored. */
  readonly scored: number;
  /** Test rows without a label, left out. */
  readonly unlabelled: number;
}

/**
 * The quick linear probe: multinomial logistic regression on frozen features, standardised by the training
 * rows, fitted by L-BFGS from zero. Its accuracy is not that of the SGD protocol (`linearProbe`): name it.
 *
 * The objective is that of the PyTorch reference (mean cross-entropy + 1e-4 Σ W²). PyTorch's `LBFGS` takes unit
 * steps without a line search and ends early when a step or the loss hardly changes; here each step satisfies
 * the strong Wolfe conditions, and the fit ends when the gradient vanishes or after `maxIterations`. With more
 * dimensions than the rows can determine (raw pixels), those iterations are what holds overfitting back, in
 * both.
 *
 * Products are float32 on the tensor backend; probabilities, loss and optimiser are float64.
 *
 * @param train rows without a label are left out
 * @param test rows without a label are left out, and counted
 * @throws RangeError if shapes do not match, either set has no labelled row, or an option is out of range
 */
export async function logisticRegressionProbe(
  train: LabelledFeatures,
  test: LabelledFeatures,
  options: LogisticRegressionOptions = {},
): Promise<LogisticRegressionAccuracy> {
  const { penalty = 1e-4, maxIterations = 100 } = options;
  if (!(penalty >= 0)) throw new RangeError(`logisticRegressionProbe: penalty must be ≥ 0, got ${penalty}`);
  checkSameDim('logisticRegressionProbe', train, test);
  const known = labelledRows('logisticRegressionProbe: train', train, options.classes);
  const held = labelledRows('logisticRegressionProbe: test', test, options.classes);
  const classes = options.classes ?? classCount(known.labels, held.labels);
  const { mean, standardDeviation } = columnStatistics(known);
  const spread = standardDeviation.map((value) => value + 1e-6);

  const rows = createRowProducts(rescaleColumns(known, mean, spread));
  const minimum = await minimizeLbfgs(
    (point) => evaluateObjective(rows, known.labels, classes, penalty, point),
    new Float64Array(classes * (train.dim + 1)),
    { maxIterations },
  ).finally(() => rows.dispose());

  const heldRows = createRowProducts(rescaleColumns(held, mean, spread));
  const logits = await logitsOf(heldRows, classes, minimum.point).finally(() => heldRows.dispose());
  return {
    ...accuracyOf(logits, classes, held.labels),
    loss: minimum.value,
    iterations: minimum.iterations,
    converged: minimum.converged,
    scored: held.rows,
    unlabelled: held.unlabelled,
  };
}

/** Loss and gradient at weights `[classes, dim]` followed by biases `[classes]`. */
async function evaluateObjective(
  rows: RowProducts,
  labels: Int32Array,
  classes: number,
  penalty: number,
  point: Float64Array,
): Promise<Evaluation> {
  const logits = await logitsOf(rows, classes, point);
  const weightCount = classes * rows.dim;
  const gradient = new Float64Array(point.length);
  // The gradient for the logits: (probability − target) / rows.
  const residuals = new Float32Array(logits.length);
  let crossEntropy = 0;
  for (let row = 0; row < rows.rows; row++) {
    const start = row * classes;
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[start + c] as number);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((logits[start + c] as number) - highest);
    const label = labels[row] as number;
    crossEntropy += Math.log(sum) + highest - (logits[start + label] as number);
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp((logits[start + c] as number) - highest) / sum;
      const residual = (probability - (c === label ? 1 : 0)) / rows.rows;
      residuals[start + c] = residual;
      gradient[weightCount + c]! += residual;
    }
  }
  const weightGradient = await rows.combine(residuals, classes);
  let squares = 0;
  for (let i = 0; i < weightCount; i++) {
    const weight = point[i] as number;
    squares += weight * weight;
    gradient[i] = (weightGradient[i] as number) + 2 * penalty * weight;
  }
  return { value: crossEntropy / rows.rows + penalty * squares, gradient };
}

/** `[rows, classes]` for weights and biases as in `evaluateObjective`. */
async function logitsOf(rows: RowProducts, classes: number, point: Float64Array): Promise<Float64Array> {
  const weightCount = classes * rows.dim;
  const products = await rows.project(Float32Array.from(point.subarray(0, weightCount)), classes);
  return Float64Array.from(products, (value, at) => value + (point[weightCount + (at % classes)] as number));
}
