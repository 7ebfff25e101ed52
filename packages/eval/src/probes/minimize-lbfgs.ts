/** Value and gradient of a function at a point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  /** Default 100. */
  readonly maxIterations?: number;
  /** Done when no component of the gradient is larger. Default 1e-5. */
  readonly gradientTolerance?: number;
  /** Pairs of steps and gradient changes kept. Default 100, as PyTorch. */
  readonly history?: number;
}

/** Where a minimisation ended. */
export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  /** Whether the gradient is within its tolerance; otherwise the iterations or the precision ran out. */
  readonly converged: boolean;
}

/** A point on the line that is searched: step length, and value, slope and gradient there. */
interface Trial extends Evaluation {
  readonly step: number;
  readonly slope: number;
}

const sufficientDecrease = 1e-4;
const curvature = 0.9;
const mostTrials = 25;

/**
 * Minimises a smooth function in float64 by L-BFGS with a line search for the strong Wolfe conditions (Nocedal
 * and Wright, *Numerical Optimization*, algorithms 7.4, 3.5 and 3.6).
 *
 * @param objective may compute on a tensor backend, hence the promise
 * @param start not written to
 */
export async function minimizeLbfgs(
  objective: (point: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  options: LbfgsOptions = {},
): Promise<Minimum> {
  const { maxIterations = 100, gradientTolerance = 1e-5, history = 100 } = options;
  let point = start;
  let at = await objective(point);
  const pairs: { readonly move: Float64Array; readonly change: Float64Array; readonly product: number }[] =
    [];
  let iterations = 0;
  while (iterations < maxIterations && largest(at.gradient) > gradientTolerance) {
    const direction = descentDirection(at.gradient, pairs);
    const firstStep = pairs.length === 0 ? Math.min(1, 1 / sumOfMagnitudes(at.gradient)) : 1;
    const found = await searchLine(objective, point, at, direction, firstStep);
    if (found === undefined) break;
    const move = direction.map((value) => value * found.step);
    const change = found.gradient.map((value, i) => value - (at.gradient[i] as number));
    const product = dot(move, change);
    if (product > 0) pairs.push({ move, change, product });
    if (pairs.length > history) pairs.shift();
    point = addScaled(point, direction, found.step);
    at = found;
    iterations++;
  }
  const { value, gradient } = at;
  return { point, value, gradient, iterations, converged: largest(gradient) <= gradientTolerance };
}

/** Minus the approximate inverse Hessian times the gradient: the two-loop recursion. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly { readonly move: Float64Array; readonly change: Float64Array; readonly product: number }[],
): Float64Array {
  let direction: Float64Array = gradient.map((value) => -value);
  const weights: number[] = [];
  for (const { move, change, product } of pairs.toReversed()) {
    const weight = dot(move, direction) / product;
    weights.unshift(weight);
    direction = addScaled(direction, change, -weight);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = last.product / dot(last.change, last.change);
    direction = direction.map((value) => value * scale);
  }
  for (const [i, { move, change, product }] of pairs.entries()) {
    const correction = dot(change, direction) / product;
    direction = addScaled(direction, move, (weights[i] as number) - correction);
  }
  return direction;
}

/** A step that satisfies the strong Wolfe conditions, or the lowest found; `undefined` where none goes down. */
async function searchLine(
  objective: (point: Float64Array) => Promise<Evaluation>,
  point: Float64Array,
  start: Evaluation,
  direction: Float64Array,
  firstStep: number,
): Promise<Trial | undefined> {
  const origin: Trial = { ...start, step: 0, slope: dot(start.gradient, direction) };
  if (!(origin.slope < 0)) return undefined;
  const tooHigh = ({ step, value }: Trial): boolean =>
    !(value <= origin.value + sufficientDecrease * step * origin.slope);
  const flat = ({ slope }: Trial): boolean => Math.abs(slope) <= -curvature * origin.slope;
  const evaluate = async (step: number): Promise<Trial> => {
    const evaluation = await objective(addScaled(point, direction, step));
    return { ...evaluation, step, slope: dot(evaluation.gradient, direction) };
  };

  let low = origin;
  let high: Trial | undefined;
  let step = firstStep;
  for (let trials = 0; trials < mostTrials; trials++) {
    const trial = await evaluate(step);
    if (tooHigh(trial) || (low.step > 0 && trial.value >= low.value)) {
      high = trial;
    } else if (flat(trial)) {
      return trial;
    } else {
      const between = high;
      // The minimum lies where the slope changes its sign: behind the trial, or still ahead of it.
      if (between ? trial.slope * (between.step - low.step) >= 0 : trial.slope >= 0) high = low;
      low = trial;
    }
    step = high ? cubicMinimum(low, high) : 2 * step;
  }
  return low.step > 0 ? low : undefined;
}

/** Where the cubic through two trials is lowest, kept a tenth of the interval away from its ends. */
function cubicMinimum(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const middle = a.step + width / 2;
  const first = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const discriminant = first * first - a.slope * b.slope;
  if (!(discriminant >= 0)) return middle;
  const second = Math.sign(width) * Math.sqrt(discriminant);
  const step = b.step - (width * (b.slope + second - first)) / (b.slope - a.slope + 2 * second);
  const fraction = (step - a.step) / width;
  return fraction >= 0.1 && fraction <= 0.9 ? step : middle;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, scale: number): Float64Array {
  const sum = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) sum[i] = (a[i] as number) + scale * (b[i] as number);
  return sum;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function sumOfMagnitudes(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
