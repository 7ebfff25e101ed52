import { SegmentSumJob } from './jobs.generated';

/** Columns that one item has: a line of the cache. */
const BLOCK: i32 = 16;

/**
 * Sums of rows by segment, blocks [start, end) of 16 columns: out[ids[r], c] = Σ x[r, c]. Rows of a negative segment
 * are left out; others must be below `segments`.
 */
export function segmentSum(job: SegmentSumJob, start: i32, end: i32): void {
  const columns = job.columns, rows = job.rows;
  const rowBytes = <usize>columns << 2;
  const from = <usize>(start * BLOCK) << 2, until = <usize>min(end * BLOCK, columns) << 2;
  let out = job.out;
  for (let segment = 0; segment < job.segments; segment++, out += rowBytes) memory.fill(out + from, 0, until - from);
  let x = job.x;
  for (let row = 0; row < rows; row++, x += rowBytes) {
    const segment = load<i32>(job.ids + (<usize>row << 2));
    if (segment < 0) continue;
    const to = job.out + <usize>segment * rowBytes;
    let c = from;
    for (; c + 16 <= until; c += 16) v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(x + c)));
    for (; c < until; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(x + c));
  }
}
