import type { Random } from '@ssl/random';

/**
 * Makes the starting values of a weight: `count` numbers for a weight with the given fans.
 * `random` is a stream of the weight's own, so that no weight depends on the order in which others are made.
 */
export type Initializer = (random: Random, count: number, fans: Fans) => Float32Array;

/** Inputs that one output value is made of, and outputs that one input value goes into. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Normal with variance 2 / fan out (He et al., 2015): torchvision's for the convolutions of a ResNet. */
export const kaimingNormalFanOut: Initializer = (random, count, { fanOut }) => {
  const deviation = Math.sqrt(2 / fanOut);
  return draw(count, () => random.normal(0, deviation));
};

/** Uniform in ±1/√(fan in): PyTorch's default for linear layers and convolutions (`kaiming_uniform_`, a = √5). */
export const uniformFanIn: Initializer = (random, count, { fanIn }) => {
  const bound = 1 / Math.sqrt(fanIn);
  return draw(count, () => random.uniform(-bound, bound));
};

/**
 * Normal with standard deviation 0.02, cut at ±2: what Self-Classifier, DINO and timm call `trunc_normal_(std=.02)`.
 * The cut is absolute, 100 deviations out, so that it never meets.
 */
export const truncatedNormal02: Initializer = (random, count) =>
  draw(count, () => Math.min(2, Math.max(-2, random.normal(0, 0.02))));

/** Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010): PyTorch's `xavier_uniform_`, and MAE's start. */
export const xavierUniform: Initializer = (random, count, { fanIn, fanOut }) => {
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return draw(count, () => random.uniform(-bound, bound));
};

/** All zeros: for a module whose values are copied from another right away. */
export const zeros: Initializer = (_random, count) => new Float32Array(count);

/** A loop, as `Float32Array.from` takes several times as long, and a ResNet-50 has 23 million weights. */
function draw(count: number, next: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = next();
  return values;
}
