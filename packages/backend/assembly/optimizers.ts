// Updates of optimizers, elements [start, end): one trip through memory. No input is written to.

import { AdamUpdateJob, MomentumUpdateJob } from './jobs.generated';

/**
 * SGD with momentum: d = g + decay · p, v' = momentum · v + d, p' = p − rate · v', or with Nesterov's look-ahead
 * p' = p − rate · (d + momentum · v').
 */
export function momentumUpdate(job: MomentumUpdateJob, start: i32, end: i32): void {
  const p = job.parameter, g = job.gradient, v = job.velocity;
  const toP = job.nextParameter, toV = job.nextVelocity;
  const rate = job.rate, momentum = job.momentum, decay = job.decay;
  const nesterov = job.nesterov != 0;
  const rates = f32x4.splat(rate), momenta = f32x4.splat(momentum), decays = f32x4.splat(decay);
  let i = <usize>start << 2;
  const stop = <usize>end << 2;
  for (; i + 16 <= stop; i += 16) {
    const value = v128.load(p + i);
    let step = f32x4.add(v128.load(g + i), f32x4.mul(value, decays));
    if (v) {
      const next = f32x4.add(f32x4.mul(v128.load(v + i), momenta), step);
      v128.store(toV + i, next);
      step = nesterov ? f32x4.add(step, f32x4.mul(next, momenta)) : next;
    }
    v128.store(toP + i, f32x4.sub(value, f32x4.mul(step, rates)));
  }
  for (; i < stop; i += 4) {
    const value = load<f32>(p + i);
    let step = load<f32>(g + i) + value * decay;
    if (v) {
      const next = load<f32>(v + i) * momentum + step;
      store<f32>(toV + i, next);
      step = nesterov ? step + next * momentum : next;
    }
    store<f32>(toP + i, value - step * rate);
  }
}

/**
 * Adam: d = g + decay · p, m' = beta1 · m + (1 − beta1) · d, s' = beta2 · s + (1 − beta2) · d²,
 * p' = keep · p − rate · m' / (scale · √s' + epsilon); rate and scale hold the bias corrections.
 */
export function adamUpdate(job: AdamUpdateJob, start: i32, end: i32): void {
  const p = job.parameter, g = job.gradient;
  const m = job.mean, s = job.square;
  const toP = job.nextParameter, toM = job.nextMean, toS = job.nextSquare;
  const beta1 = job.beta1, rest1 = job.rest1;
  const beta2 = job.beta2, rest2 = job.rest2;
  const rate = job.rate, scale = job.scale, epsilon = job.epsilon;
  const decay = job.decay, keep = job.keep;
  let i = <usize>start << 2;
  const stop = <usize>end << 2;
  for (; i + 16 <= stop; i += 16) {
    const value = v128.load(p + i);
    const d = f32x4.add(v128.load(g + i), f32x4.mul(value, f32x4.splat(decay)));
    const mean = f32x4.add(f32x4.mul(v128.load(m + i), f32x4.splat(beta1)), f32x4.mul(d, f32x4.splat(rest1)));
    const square = f32x4.add(
      f32x4.mul(v128.load(s + i), f32x4.splat(beta2)), f32x4.mul(f32x4.mul(d, d), f32x4.splat(rest2)),
    );
    v128.store(toM + i, mean);
    v128.store(toS + i, square);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(square), f32x4.splat(scale)), f32x4.splat(epsilon));
    const change = f32x4.div(f32x4.mul(mean, f32x4.splat(rate)), root);
    v128.store(toP + i, f32x4.sub(f32x4.mul(value, f32x4.splat(keep)), change));
  }
  for (; i < stop; i += 4) {
    const value = load<f32>(p + i);
    const d = load<f32>(g + i) + value * decay;
    const mean = load<f32>(m + i) * beta1 + d * rest1;
    const square = load<f32>(s + i) * beta2 + d * d * rest2;
    store<f32>(toM + i, mean);
    store<f32>(toS + i, square);
    store<f32>(toP + i, value * keep - (mean * rate) / (sqrt(square) * scale + epsilon));
  }
}
