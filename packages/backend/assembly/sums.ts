import { SumMiddleJob } from './jobs.generated';

/**
 * Sums over the middle axis: out[o, i] = factor · Σ over r of x[o, r, i], for the outer indices [start, end).
 * Blocks of rows are added up in float32, sums of blocks in float64 where `inner` is not 1.
 */
export function sumMiddle(job: SumMiddleJob, start: i32, end: i32): void {
  const rows = job.rows, inner = job.inner;
  const factor = job.factor;
  const rowBytes = <usize>inner << 2;
  const matrixBytes = <usize>rows * rowBytes;
  const factors = f32x4.splat(factor);
  for (let o = start; o < end; o++) {
    const x = job.x + <usize>o * matrixBytes;
    const out = job.out + <usize>o * rowBytes;
    let c: usize = 0;
    for (; c + 16 <= rowBytes; c += 16) {
      let low = f64x2.splat(0), high = f64x2.splat(0);
      for (let from = 0; from < rows; from += 64) {
        const until = min(rows, from + 64);
        let sum = f32x4.splat(0);
        let p = x + c + <usize>from * rowBytes;
        for (let r = from; r < until; r++, p += rowBytes) sum = f32x4.add(sum, v128.load(p));
        low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
        high = f64x2.add(high, f64x2.promote_low_f32x4(i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)));
      }
      const total = i8x16.shuffle(
        f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high),
        0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
      );
      v128.store(out + c, f32x4.mul(total, factors));
    }
    for (; c < rowBytes; c += 4) {
      let sum: f64 = 0;
      let p = x + c;
      for (let r = 0; r < rows; r++, p += rowBytes) sum += <f64>load<f32>(p);
      store<f32>(out + c, <f32>sum * factor);
    }
  }
}
