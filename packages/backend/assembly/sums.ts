import { SumMiddleJob } from './jobs.generated';

/** Columns of an item: a line of the cache. */
const BLOCK_BYTES: usize = 64;
/** Rows that are added up in float32, before they are added to a sum in float64. */
const BLOCK_ROWS: i32 = 64;

/**
 * Sums over the middle axis: out[o, i] = factor · Σ over r of x[o, r, i], for the items [start, end) of outer indices
 * × blocks of 16 columns.
 */
export function sumMiddle(job: SumMiddleJob, start: i32, end: i32): void {
  const rows = job.rows, blocks = job.blocks;
  const factor = job.factor;
  const rowBytes = <usize>job.inner << 2;
  const matrixBytes = <usize>rows * rowBytes;
  const factors = f32x4.splat(factor);
  for (let item = start; item < end; item++) {
    const o = item / blocks;
    const first = <usize>(item - o * blocks) * BLOCK_BYTES;
    const x = job.x + <usize>o * matrixBytes;
    const out = job.out + <usize>o * rowBytes;
    if (first + BLOCK_BYTES <= rowBytes) {
      sumLine(x + first, out + first, rows, rowBytes, factors);
      continue;
    }
    let c = first;
    for (; c + 16 <= rowBytes; c += 16) {
      let low = f64x2.splat(0), high = f64x2.splat(0);
      for (let from = 0; from < rows; from += BLOCK_ROWS) {
        const until = min(rows, from + BLOCK_ROWS);
        let sum = f32x4.splat(0);
        let p = x + c + <usize>from * rowBytes;
        for (let r = from; r < until; r++, p += rowBytes) sum = f32x4.add(sum, v128.load(p));
        low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
        high = f64x2.add(high, promoteHigh(sum));
      }
      v128.store(out + c, f32x4.mul(demote(low, high), factors));
    }
    for (; c < rowBytes; c += 4) {
      let sum: f64 = 0;
      let p = x + c;
      for (let r = 0; r < rows; r++, p += rowBytes) sum += <f64>load<f32>(p);
      store<f32>(out + c, <f32>sum * factor);
    }
  }
}

/** Sixteen columns at a time, so that each line of the cache is read once. */
function sumLine(x: usize, out: usize, rows: i32, rowBytes: usize, factors: v128): void {
  let low0 = f64x2.splat(0), high0 = low0, low1 = low0, high1 = low0;
  let low2 = low0, high2 = low0, low3 = low0, high3 = low0;
  let p = x;
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const until = min(rows, from + BLOCK_ROWS);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let r = from; r < until; r++, p += rowBytes) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
    }
    low0 = f64x2.add(low0, f64x2.promote_low_f32x4(s0)); high0 = f64x2.add(high0, promoteHigh(s0));
    low1 = f64x2.add(low1, f64x2.promote_low_f32x4(s1)); high1 = f64x2.add(high1, promoteHigh(s1));
    low2 = f64x2.add(low2, f64x2.promote_low_f32x4(s2)); high2 = f64x2.add(high2, promoteHigh(s2));
    low3 = f64x2.add(low3, f64x2.promote_low_f32x4(s3)); high3 = f64x2.add(high3, promoteHigh(s3));
  }
  v128.store(out, f32x4.mul(demote(low0, high0), factors));
  v128.store(out, f32x4.mul(demote(low1, high1), factors), 16);
  v128.store(out, f32x4.mul(demote(low2, high2), factors), 32);
  v128.store(out, f32x4.mul(demote(low3, high3), factors), 48);
}

// @ts-ignore: decorator
@inline
function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

// @ts-ignore: decorator
@inline
function demote(low: v128, high: v128): v128 {
  return i8x16.shuffle(
    f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high),
    0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
  );
}
