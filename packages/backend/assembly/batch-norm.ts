// Batch normalisation over [rows, channels], row-major float32. Each function works on the rows [start, end), so
// that threads can share one tensor. Sums over a block of rows are float32, sums of blocks float64 (Chan et al.,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979): as exact as float32 data
// allow, and one trip through memory, since a block stays in the cache.

import {
  BatchNormGradientApplyJob, BatchNormGradientSumsJob, ChannelMomentsJob, ReluGradientJob, ScaleShiftJob,
} from './jobs.generated';

const BLOCK_ROWS: i32 = 128;

/** Adds up mean and sum of squared deviations of the rows [start, end) into those of chunk `chunk`, overwritten. */
export function channelMoments(job: ChannelMomentsJob, start: i32, end: i32, chunk: i32): void {
  const x = job.x, channels = job.channels;
  const own = <usize>(chunk * channels) << 3;
  const mean = job.mean + own, m2 = job.m2 + own;
  memory.fill(mean, 0, <usize>channels << 3);
  memory.fill(m2, 0, <usize>channels << 3);
  for (let from = start; from < end; from += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - from);
    const before = <f64>(from - start);
    const share = <f64>rows / (before + <f64>rows);
    const block = x + ((<usize>from * <usize>channels) << 2);
    let c = 0;
    for (; c + 4 <= channels; c += 4) momentsOfFour(block + (<usize>c << 2), rows, channels, before, share, mean + (<usize>c << 3), m2 + (<usize>c << 3));
    for (; c < channels; c++) momentsOfOne(block + (<usize>c << 2), rows, channels, before, share, mean + (<usize>c << 3), m2 + (<usize>c << 3));
  }
}

@inline
function momentsOfFour(block: usize, rows: i32, channels: i32, before: f64, share: f64, mean: usize, m2: usize): void {
  const stride = <usize>channels << 2;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  let p = block;
  let r = 0;
  for (; r + 2 <= rows; r += 2, p += stride << 1) {
    s0 = f32x4.add(s0, v128.load(p));
    s1 = f32x4.add(s1, v128.load(p + stride));
  }
  if (r < rows) s0 = f32x4.add(s0, v128.load(p));
  const blockMean = f32x4.div(f32x4.add(s0, s1), f32x4.splat(<f32>rows));
  let q0 = f32x4.splat(0), q1 = f32x4.splat(0);
  p = block;
  for (r = 0; r + 2 <= rows; r += 2, p += stride << 1) {
    const d0 = f32x4.sub(v128.load(p), blockMean);
    const d1 = f32x4.sub(v128.load(p + stride), blockMean);
    q0 = f32x4.add(q0, f32x4.mul(d0, d0));
    q1 = f32x4.add(q1, f32x4.mul(d1, d1));
  }
  if (r < rows) {
    const d = f32x4.sub(v128.load(p), blockMean);
    q0 = f32x4.add(q0, f32x4.mul(d, d));
  }
  const squares = f32x4.add(q0, q1);
  merge(<f64>f32x4.extract_lane(blockMean, 0), <f64>f32x4.extract_lane(squares, 0), before, share, mean, m2);
  merge(<f64>f32x4.extract_lane(blockMean, 1), <f64>f32x4.extract_lane(squares, 1), before, share, mean + 8, m2 + 8);
  merge(<f64>f32x4.extract_lane(blockMean, 2), <f64>f32x4.extract_lane(squares, 2), before, share, mean + 16, m2 + 16);
  merge(<f64>f32x4.extract_lane(blockMean, 3), <f64>f32x4.extract_lane(squares, 3), before, share, mean + 24, m2 + 24);
}

function momentsOfOne(block: usize, rows: i32, channels: i32, before: f64, share: f64, mean: usize, m2: usize): void {
  const stride = <usize>channels << 2;
  let sum: f32 = 0;
  let p = block;
  for (let r = 0; r < rows; r++, p += stride) sum += load<f32>(p);
  const blockMean = sum / <f32>rows;
  let squares: f32 = 0;
  p = block;
  for (let r = 0; r < rows; r++, p += stride) {
    const d = load<f32>(p) - blockMean;
    squares += d * d;
  }
  merge(<f64>blockMean, <f64>squares, before, share, mean, m2);
}

@inline
function merge(blockMean: f64, blockM2: f64, before: f64, share: f64, mean: usize, m2: usize): void {
  const old = load<f64>(mean);
  const delta = blockMean - old;
  store<f64>(mean, old + delta * share);
  store<f64>(m2, load<f64>(m2) + blockM2 + delta * delta * before * share);
}

/** y = activation(x · scale + shift + residual), `scale` and `shift` float32 `[channels]`. */
export function scaleShift(job: ScaleShiftJob, start: i32, end: i32): void {
  const x = job.x, residual = job.residual, y = job.y, channels = job.channels;
  const scale = job.scale, shift = job.shift, relu = job.relu;
  const floor = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const rowBytes = <usize>channels << 2;
  const vectorBytes = (<usize>channels >> 2) << 4;
  let offset = <usize>start * rowBytes;
  for (let r = start; r < end; r++, offset += rowBytes) {
    let c: usize = 0;
    if (residual) {
      for (; c < vectorBytes; c += 16) {
        const at = offset + c;
        const v = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(scale + c)), v128.load(shift + c));
        v128.store(y + at, f32x4.max(f32x4.add(v, v128.load(residual + at)), floor));
      }
    } else {
      for (; c < vectorBytes; c += 16) {
        const at = offset + c;
        const v = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(scale + c)), v128.load(shift + c));
        v128.store(y + at, f32x4.max(v, floor));
      }
    }
    for (; c < rowBytes; c += 4) {
      const at = offset + c;
      let v = load<f32>(x + at) * load<f32>(scale + c) + load<f32>(shift + c);
      if (residual) v += load<f32>(residual + at);
      // `max` keeps NaN, as the vector's does.
      store<f32>(y + at, relu ? max<f32>(v, 0) : v);
    }
  }
}

/**
 * Per channel Σ dz and Σ dz · (x − mean) into those of chunk `chunk`, overwritten; dz is dy where y > 0 (or all of
 * dy without activation). `mean` is float32 `[channels]`.
 */
export function batchNormGradientSums(job: BatchNormGradientSumsJob, start: i32, end: i32, chunk: i32): void {
  const dy = job.dy, y = job.y, x = job.x, channels = job.channels, mean = job.mean;
  const own = <usize>(chunk * channels) << 3;
  const sums = job.sums + own, products = job.products + own;
  memory.fill(sums, 0, <usize>channels << 3);
  memory.fill(products, 0, <usize>channels << 3);
  const stride = <usize>channels << 2;
  const zero = f32x4.splat(0);
  for (let from = start; from < end; from += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - from);
    const block = <usize>from * stride;
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const column = <usize>c << 2;
      const centre = v128.load(mean + column);
      let s = zero, q = zero;
      let at = block + column;
      if (y) {
        for (let r = 0; r < rows; r++, at += stride) {
          const dz = v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero));
          s = f32x4.add(s, dz);
          q = f32x4.add(q, f32x4.mul(dz, f32x4.sub(v128.load(x + at), centre)));
        }
      } else {
        for (let r = 0; r < rows; r++, at += stride) {
          const dz = v128.load(dy + at);
          s = f32x4.add(s, dz);
          q = f32x4.add(q, f32x4.mul(dz, f32x4.sub(v128.load(x + at), centre)));
        }
      }
      addLanes(sums + (column << 1), s);
      addLanes(products + (column << 1), q);
    }
    for (; c < channels; c++) {
      const column = <usize>c << 2;
      const centre = load<f32>(mean + column);
      let s: f32 = 0, q: f32 = 0;
      let at = block + column;
      for (let r = 0; r < rows; r++, at += stride) {
        const dz = y && !(load<f32>(y + at) > 0) ? <f32>0 : load<f32>(dy + at);
        s += dz;
        q += dz * (load<f32>(x + at) - centre);
      }
      store<f64>(sums + (column << 1), load<f64>(sums + (column << 1)) + <f64>s);
      store<f64>(products + (column << 1), load<f64>(products + (column << 1)) + <f64>q);
    }
  }
}

@inline
function addLanes(totals: usize, v: v128): void {
  store<f64>(totals, load<f64>(totals) + <f64>f32x4.extract_lane(v, 0));
  store<f64>(totals + 8, load<f64>(totals + 8) + <f64>f32x4.extract_lane(v, 1));
  store<f64>(totals + 16, load<f64>(totals + 16) + <f64>f32x4.extract_lane(v, 2));
  store<f64>(totals + 24, load<f64>(totals + 24) + <f64>f32x4.extract_lane(v, 3));
}

/**
 * dx = a · dz + b · x + c with float32 `[channels]` coefficients, and dz itself into `dResidual` unless that is 0.
 */
export function batchNormGradientApply(job: BatchNormGradientApplyJob, start: i32, end: i32): void {
  const dy = job.dy, y = job.y, x = job.x, dx = job.dx, dResidual = job.dResidual, channels = job.channels;
  const a = job.a, b = job.b, c = job.c;
  const rowBytes = <usize>channels << 2;
  const vectorBytes = (<usize>channels >> 2) << 4;
  const zero = f32x4.splat(0);
  let offset = <usize>start * rowBytes;
  for (let r = start; r < end; r++, offset += rowBytes) {
    let column: usize = 0;
    for (; column < vectorBytes; column += 16) {
      const at = offset + column;
      let dz = v128.load(dy + at);
      if (y) dz = v128.and(dz, f32x4.gt(v128.load(y + at), zero));
      if (dResidual) v128.store(dResidual + at, dz);
      const linear = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(b + column)), v128.load(c + column));
      v128.store(dx + at, f32x4.add(f32x4.mul(dz, v128.load(a + column)), linear));
    }
    for (; column < rowBytes; column += 4) {
      const at = offset + column;
      const dz = y && !(load<f32>(y + at) > 0) ? <f32>0 : load<f32>(dy + at);
      if (dResidual) store<f32>(dResidual + at, dz);
      store<f32>(dx + at, dz * load<f32>(a + column) + (load<f32>(x + at) * load<f32>(b + column) + load<f32>(c + column)));
    }
  }
}

/** out = dy where y > 0, else 0, for the elements [start, end). */
export function reluGradient(job: ReluGradientJob, start: i32, end: i32): void {
  const dy = job.dy, y = job.y, out = job.out;
  let i = <usize>start << 2;
  const stop = <usize>end << 2;
  const zero = f32x4.splat(0);
  for (; i + 16 <= stop; i += 16) v128.store(out + i, v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), zero)));
  for (; i < stop; i += 4) store<f32>(out + i, load<f32>(y + i) > 0 ? load<f32>(dy + i) : 0);
}
