// Softmax over the last axis and its gradient, rows [start, end).

import { expOfNegative, loadSome, storeSome, sumOfLanes } from './exponential';
import { SoftmaxGradientJob, SoftmaxJob } from './jobs.generated';

/** y = e^(x − max) / Σ e^(x − max) */
export function softmax(job: SoftmaxJob, start: i32, end: i32): void {
  const columns = job.columns, whole = columns & ~3, rest = columns & 3;
  const rowBytes = <usize>columns << 2, wholeBytes = <usize>whole << 2;
  let x = job.x + <usize>start * rowBytes, y = job.y + <usize>start * rowBytes;
  for (let row = start; row < end; row++, x += rowBytes, y += rowBytes) {
    let highest = f32x4.splat(-Infinity);
    for (let c: usize = 0; c < wholeBytes; c += 16) highest = f32x4.max(highest, v128.load(x + c));
    let largest = max<f32>(
      max<f32>(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1)),
      max<f32>(f32x4.extract_lane(highest, 2), f32x4.extract_lane(highest, 3)),
    );
    for (let c = wholeBytes; c < rowBytes; c += 4) largest = max<f32>(largest, load<f32>(x + c));
    const shift = f32x4.splat(largest);
    let sums = f32x4.splat(0);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      const e = expOfNegative(f32x4.sub(v128.load(x + c), shift));
      sums = f32x4.add(sums, e);
      v128.store(y + c, e);
    }
    let sum = sumOfLanes(sums);
    if (rest) {
      const e = expOfNegative(f32x4.sub(loadSome(x + wholeBytes, rest), shift));
      storeSome(y + wholeBytes, e, rest);
      for (let c = wholeBytes; c < rowBytes; c += 4) sum += <f64>load<f32>(y + c);
    }
    const factor = <f32>(1 / sum);
    const factors = f32x4.splat(factor);
    for (let c: usize = 0; c < wholeBytes; c += 16) v128.store(y + c, f32x4.mul(v128.load(y + c), factors));
    for (let c = wholeBytes; c < rowBytes; c += 4) store<f32>(y + c, load<f32>(y + c) * factor);
  }
}

/** dx = y · (dy − Σ dy · y) */
export function softmaxGradient(job: SoftmaxGradientJob, start: i32, end: i32): void {
  const columns = job.columns;
  const rowBytes = <usize>columns << 2, wholeBytes = <usize>(columns & ~3) << 2;
  const first = <usize>start * rowBytes;
  let dy = job.dy + first, y = job.y + first, dx = job.dx + first;
  for (let row = start; row < end; row++, dy += rowBytes, y += rowBytes, dx += rowBytes) {
    let sums = f32x4.splat(0);
    for (let c: usize = 0; c < wholeBytes; c += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(dy + c), v128.load(y + c)));
    let sum = sumOfLanes(sums);
    for (let c = wholeBytes; c < rowBytes; c += 4) sum += <f64>(load<f32>(dy + c) * load<f32>(y + c));
    const shift = f32x4.splat(<f32>sum);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      v128.store(dx + c, f32x4.mul(v128.load(y + c), f32x4.sub(v128.load(dy + c), shift)));
    }
    for (let c = wholeBytes; c < rowBytes; c += 4) {
      store<f32>(dx + c, load<f32>(y + c) * (load<f32>(dy + c) - <f32>sum));
    }
  }
}
