// GELU(x) = x · Φ(x) and its gradient, Φ the normal distribution's cumulative function (Hendrycks & Gimpel, 2016).
//
// Of −a ≤ 0, Φ is e^(−a² / 2) · P(1 / (1 + 0.3 a)), P a polynomial fitted to a relative error of 1.4e-7; of positive
// numbers it is 1 less that of the opposite.

import { expOfNegative, loadSome, storeSome } from './exponential';
import { GeluGradientJob, GeluJob } from './jobs.generated';

/** Elements [start, end). */
export function gelu(job: GeluJob, start: i32, end: i32): void {
  const x = job.x, y = job.y;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const value = v128.load(x + (<usize>i << 2));
    v128.store(y + (<usize>i << 2), f32x4.mul(value, cumulative(value, bell(value))));
  }
  if (i < end) {
    const value = loadSome(x + (<usize>i << 2), end - i);
    storeSome(y + (<usize>i << 2), f32x4.mul(value, cumulative(value, bell(value))), end - i);
  }
}

/** dx = dy · (Φ(x) + x · φ(x)) of the elements [start, end). */
export function geluGradient(job: GeluGradientJob, start: i32, end: i32): void {
  const dy = job.dy, x = job.x, dx = job.dx;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const at = <usize>i << 2;
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), slope(v128.load(x + at))));
  }
  if (i < end) {
    const at = <usize>i << 2;
    storeSome(dx + at, f32x4.mul(loadSome(dy + at, end - i), slope(loadSome(x + at, end - i))), end - i);
  }
}

// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const e = bell(x);
  // φ(x) = e^(−x² / 2) / √(2π)
  return f32x4.add(cumulative(x, e), f32x4.mul(f32x4.mul(x, e), f32x4.splat(0.3989422804)));
}

/** e^(−x² / 2) */
// @ts-ignore: decorator
@inline
function bell(x: v128): v128 {
  return expOfNegative(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** Φ(x), given e^(−x² / 2). */
// @ts-ignore: decorator
@inline
function cumulative(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(x), f32x4.splat(0.3))));
  let p = f32x4.splat(0.03728969767689705);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.16411058604717255));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.21873627603054047));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.06578551977872849));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.13558511435985565));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.09744463860988617));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.12126543372869492));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.11957237869501114));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(2.5984686544688884e-6));
  const below = f32x4.mul(e, p);
  return v128.bitselect(f32x4.sub(one, below), below, f32x4.gt(x, f32x4.splat(0)));
}
