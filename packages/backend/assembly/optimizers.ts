// Updates of optimizers, elements [start, end): one trip through memory. No input is written to.

/**
 * SGD with momentum: d = g + decay · p, v' = momentum · v + d, p' = p − rate · v', or with Nesterov's look-ahead
 * p' = p − rate · (d + momentum · v').
 *
 * `job`: 0 p, 1 g, 2 v (0: without momentum), 3 p', 4 v', 5 rate, 6 momentum, 7 decay (float32 each), 8 nesterov.
 */
export function momentumUpdate(job: usize, start: i32, end: i32): void {
  const p = <usize>load<u32>(job), g = <usize>load<u32>(job + 4), v = <usize>load<u32>(job + 8);
  const toP = <usize>load<u32>(job + 12), toV = <usize>load<u32>(job + 16);
  const rate = load<f32>(job + 20), momentum = load<f32>(job + 24), decay = load<f32>(job + 28);
  const nesterov = load<i32>(job + 32) != 0;
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
 *
 * `job`: 0 p, 1 g, 2 m, 3 s, 4 p', 5 m', 6 s', then float32 each: 7 beta1, 8 1 − beta1, 9 beta2, 10 1 − beta2,
 * 11 rate, 12 scale, 13 epsilon, 14 decay, 15 keep.
 */
export function adamUpdate(job: usize, start: i32, end: i32): void {
  const p = <usize>load<u32>(job), g = <usize>load<u32>(job + 4);
  const m = <usize>load<u32>(job + 8), s = <usize>load<u32>(job + 12);
  const toP = <usize>load<u32>(job + 16), toM = <usize>load<u32>(job + 20), toS = <usize>load<u32>(job + 24);
  const beta1 = load<f32>(job + 28), rest1 = load<f32>(job + 32);
  const beta2 = load<f32>(job + 36), rest2 = load<f32>(job + 40);
  const rate = load<f32>(job + 44), scale = load<f32>(job + 48), epsilon = load<f32>(job + 52);
  const decay = load<f32>(job + 56), keep = load<f32>(job + 60);
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
