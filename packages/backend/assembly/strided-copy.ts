import { StridedCopyJob } from './jobs.generated';

/**
 * Copies an array of up to five axes whose elements, of four bytes, lie `step` bytes apart along each axis of the
 * source, and next to each other in the target; rows (of the last axis) [start, end).
 */
export function stridedCopy(job: StridedCopyJob, start: i32, end: i32): void {
  const size1 = job.size1, size2 = job.size2, size3 = job.size3, length = job.length;
  const rowBytes = <usize>length << 2, step = job.step;
  let out = job.out + <usize>start * rowBytes;
  let rest = start;
  let i3 = rest % size3;
  rest /= size3;
  let i2 = rest % size2;
  rest /= size2;
  let i1 = rest % size1;
  let i0 = rest / size1;
  for (let row = start; row < end; row++, out += rowBytes) {
    let x = job.x + <usize>i0 * job.step0 + <usize>i1 * job.step1 + <usize>i2 * job.step2 + <usize>i3 * job.step3;
    if (step == 4) {
      memory.copy(out, x, rowBytes);
    } else {
      for (let c: usize = 0; c < rowBytes; c += 4, x += step) store<u32>(out + c, load<u32>(x));
    }
    if (++i3 < size3) continue;
    i3 = 0;
    if (++i2 < size2) continue;
    i2 = 0;
    if (++i1 < size1) continue;
    i1 = 0;
    i0++;
  }
}
