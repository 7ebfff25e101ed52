/** How labels are assigned. */
export interface AssignLabelsOptions {
  /** Classes, K ≥ 1. */
  readonly classes: number;
  /** Sharpness λ of the transport, > 0: the larger, the closer to the optimum. Authors: 25, and 10 on CIFAR. */
  readonly lambda?: number;
  /** Sum over samples of the relative change at which to stop. Authors: 0.1, and 0.01 on CIFAR. */
  readonly tolerance?: number;
  /** Default 2000; what is then reached is taken. */
  readonly maxIterations?: number;
}

/** Labels, and how they were found. */
export interface LabelAssignment {
  /** `[samples]`, in [0, classes). The arg-max of the transport: about, not exactly, equally many of each. */
  readonly labels: Int32Array;
  /** Samples of each class, `[classes]`. */
  readonly counts: Int32Array;
  /** Sinkhorn iterations: 10 m + 1, as the error is looked at in every tenth. */
  readonly iterations: number;
  /** The sum that was compared with the tolerance. */
  readonly error: number;
}

/** exp(−600) is far above float64's smallest number, and far below anything that matters. */
const lowestExponent = -600;

/**
 * SeLa's assignment of labels under equipartition, by Sinkhorn-Knopp (Asano et al., ICLR 2020, equations 4–6), as
 * the authors' code computes it (yukimasano/self-label@3891e37, sinkhornknopp.py and cifar.py, optimize_L_sk):
 *
 *     P = softmax(logits)^λ;  r ← (1/K) / (P c);  c ← (1/N) / (Pᵀ r);  label = arg-maxₖ rₖ Pₖₙ
 *
 * in float64, with the rows of P, then its columns, scaled by their largest value (which c and r absorb): neither
 * λ = 25 nor thousands of classes nor a network that is sure of one class for all underflow. One pass over P an
 * iteration; P takes 8 bytes a value, `logits` is not written to.
 *
 * @param logits `[samples, classes]` row-major; of any offset per row, so log-probabilities do as well
 * @throws RangeError if the number of logits is no multiple of `classes`, λ is not positive, or a logit is not finite
 */
export function assignLabels(logits: ArrayLike<number>, options: AssignLabelsOptions): LabelAssignment {
  const { classes, lambda = 25, tolerance = 0.1, maxIterations = 2000 } = options;
  const samples = logits.length / classes;
  if (!Number.isInteger(samples) || samples < 1 || !(lambda > 0)) {
    throw new RangeError(
      `assignLabels: expected [samples,classes] logits and lambda > 0, got ${logits.length} logits for ${classes} ` +
        `classes and lambda ${lambda}`,
    );
  }
  const kernel = new Float64Array(logits.length);
  const columns = new Float64Array(samples);
  fillKernel(logits, classes, lambda, kernel, columns);

  const rowSums = new Float64Array(classes);
  for (let n = 0; n < samples; n++) addScaledRow(kernel, n * classes, columns[n] as number, rowSums);
  const rows = new Float64Array(classes);
  let error = Infinity;
  let iterations = 0;
  while (error > tolerance && iterations < maxIterations) {
    for (let k = 0; k < classes; k++) rows[k] = 1 / (classes * (rowSums[k] as number));
    rowSums.fill(0);
    const change = updateColumns(kernel, rows, columns, rowSums);
    if (iterations % 10 === 0) error = change;
    iterations++;
  }
  return { ...largestOfRows(kernel, rows, samples), iterations, error };
}

/**
 * `kernel` ← softmax(logits)^λ, each row divided by its largest value and then each class by its own; `columns` ←
 * 1/N with the rows' scale taken back.
 */
function fillKernel(
  logits: ArrayLike<number>,
  classes: number,
  lambda: number,
  kernel: Float64Array,
  columns: Float64Array,
): void {
  const largestOfClass = new Float64Array(classes).fill(-Infinity);
  for (let n = 0; n < columns.length; n++) {
    const offset = n * classes;
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[offset + k] as number);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const below = (logits[offset + k] as number) - largest;
      sum += Math.exp(below);
      kernel[offset + k] = lambda * below;
      largestOfClass[k] = Math.max(largestOfClass[k] as number, lambda * below);
    }
    if (!(sum > 0)) {
      throw new RangeError(`assignLabels: sample ${n} has a logit that is no finite number; check the loss`);
    }
    columns[n] = Math.exp(Math.max(-lambda * Math.log(sum), lowestExponent)) / columns.length;
  }
  for (let at = 0, k = 0; at < kernel.length; at++, k = k + 1 === classes ? 0 : k + 1) {
    const exponent = (kernel[at] as number) - (largestOfClass[k] as number);
    kernel[at] = Math.exp(Math.max(exponent, lowestExponent));
  }
}

/**
 * `columns` ← (1/N) / (Pᵀ rows), and `rowSums` ← P columns, in one pass over P. Four samples at a time: their sums do
 * not wait for each other, and a class's row value is fetched once for all.
 *
 * @returns the sum over samples of the relative change of `columns`
 */
function updateColumns(
  kernel: Float64Array,
  rows: Float64Array,
  columns: Float64Array,
  rowSums: Float64Array,
): number {
  const samples = columns.length;
  const classes = rows.length;
  rowSums.fill(0);
  let change = 0;
  const settle = (n: number, sum: number): number => {
    const next = 1 / (samples * sum);
    change += Math.abs((columns[n] as number) / next - 1);
    columns[n] = next;
    return next;
  };
  let n = 0;
  for (; n + 4 <= samples; n += 4) {
    const p0 = n * classes;
    const p1 = p0 + classes;
    const p2 = p1 + classes;
    const p3 = p2 + classes;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < classes; k++) {
      const row = rows[k] as number;
      sum0 += (kernel[p0 + k] as number) * row;
      sum1 += (kernel[p1 + k] as number) * row;
      sum2 += (kernel[p2 + k] as number) * row;
      sum3 += (kernel[p3 + k] as number) * row;
    }
    const c0 = settle(n, sum0);
    const c1 = settle(n + 1, sum1);
    const c2 = settle(n + 2, sum2);
    const c3 = settle(n + 3, sum3);
    for (let k = 0; k < classes; k++) {
      rowSums[k] =
        (rowSums[k] as number) +
        (c0 * (kernel[p0 + k] as number) + c1 * (kernel[p1 + k] as number)) +
        (c2 * (kernel[p2 + k] as number) + c3 * (kernel[p3 + k] as number));
    }
  }
  for (; n < samples; n++) {
    const offset = n * classes;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (kernel[offset + k] as number) * (rows[k] as number);
    addScaledRow(kernel, offset, settle(n, sum), rowSums);
  }
  return change;
}

function addScaledRow(matrix: Float64Array, offset: number, scale: number, sums: Float64Array): void {
  for (let k = 0; k < sums.length; k++) {
    sums[k] = (sums[k] as number) + scale * (matrix[offset + k] as number);
  }
}

function largestOfRows(
  kernel: Float64Array,
  rows: Float64Array,
  samples: number,
): Pick<LabelAssignment, 'labels' | 'counts'> {
  const labels = new Int32Array(samples);
  const counts = new Int32Array(rows.length);
  for (let n = 0; n < samples; n++) {
    const offset = n * rows.length;
    let best = 0;
    let most = -Infinity;
    for (let k = 0; k < rows.length; k++) {
      const value = (kernel[offset + k] as number) * (rows[k] as number);
      if (value > most) [most, best] = [value, k];
    }
    labels[n] = best;
    counts[best] = (counts[best] as number) + 1;
  }
  return { labels, counts };
}
