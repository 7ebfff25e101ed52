import { GatherRowsJob } from './jobs.generated';

/** Copies rows by number, out[o, i] = x[o, ids[i]], for the items [start, end) of outer × ids. */
export function gatherRows(job: GatherRowsJob, start: i32, end: i32): void {
  const count = job.count, rowBytes = job.rowBytes;
  let out = job.out + <usize>start * rowBytes;
  for (let item = start; item < end; item++, out += rowBytes) {
    const outer = item / count;
    const id = load<i32>(job.ids + (<usize>(item - outer * count) << 2));
    memory.copy(out, job.x + <usize>(outer * job.length + id) * rowBytes, rowBytes);
  }
}
