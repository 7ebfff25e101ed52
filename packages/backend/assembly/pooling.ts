// Pooling and its gradients, on NHWC tensors, one image at a time. Padding takes no part in a maximum and is not counted
// in a mean.

import { AveragePoolGradientJob, MaxPoolGradientJob, PoolJob } from './jobs.generated';

/** Largest value of each window, images [start, end); NaN is passed over, as elsewhere in tfjs. */
export function maxPool(job: PoolJob, start: i32, end: i32): void {
  pool(job, start, end, false);
}

/** Mean of each window, images [start, end). */
export function averagePool(job: PoolJob, start: i32, end: i32): void {
  pool(job, start, end, true);
}

function pool(job: PoolJob, start: i32, end: i32, average: bool): void {
  const height = job.height, width = job.width;
  const pixelBytes = <usize>job.channels << 2;
  const outHeight = job.outHeight, outWidth = job.outWidth;
  const rowBytes = <usize>width * pixelBytes;
  for (let n = start; n < end; n++) {
    const x = job.x + <usize>(n * height) * rowBytes;
    let y = job.y + <usize>(n * outHeight * outWidth) * pixelBytes;
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * job.strideHeight - job.top;
      const firstRow = max(0, top), lastRow = min(height, top + job.filterHeight);
      for (let ox = 0; ox < outWidth; ox++, y += pixelBytes) {
        const left = ox * job.strideWidth - job.left;
        const firstColumn = max(0, left), lastColumn = min(width, left + job.filterWidth);
        const share: f32 = <f32>1 / <f32>max(1, (lastRow - firstRow) * (lastColumn - firstColumn));
        let c: usize = 0;
        for (; c + 16 <= pixelBytes; c += 16) {
          let total = f32x4.splat(average ? 0 : -Infinity);
          for (let row = firstRow; row < lastRow; row++) {
            let at = x + <usize>row * rowBytes + <usize>firstColumn * pixelBytes + c;
            for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
              const value = v128.load(at);
              total = average ? f32x4.add(total, value) : f32x4.pmax(total, value);
            }
          }
          v128.store(y + c, average ? f32x4.mul(total, f32x4.splat(share)) : total);
        }
        for (; c < pixelBytes; c += 4) {
          let total: f32 = average ? 0 : -Infinity;
          for (let row = firstRow; row < lastRow; row++) {
            let at = x + <usize>row * rowBytes + <usize>firstColumn * pixelBytes + c;
            for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
              const value = load<f32>(at);
              if (average) total += value;
              else if (total < value) total = value;
            }
          }
          store<f32>(y + c, average ? total * share : total);
        }
      }
    }
  }
}

/** Gradient of the mean of each window, images [start, end). */
export function averagePoolGradient(job: AveragePoolGradientJob, start: i32, end: i32): void {
  const height = job.height, width = job.width;
  const pixelBytes = <usize>job.channels << 2;
  const outHeight = job.outHeight, outWidth = job.outWidth;
  const rowBytes = <usize>width * pixelBytes;
  for (let n = start; n < end; n++) {
    let dy = job.dy + <usize>(n * outHeight * outWidth) * pixelBytes;
    const dx = job.dx + <usize>(n * height) * rowBytes;
    memory.fill(dx, 0, <usize>height * rowBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * job.strideHeight - job.top;
      const firstRow = max(0, top), lastRow = min(height, top + job.filterHeight);
      for (let ox = 0; ox < outWidth; ox++, dy += pixelBytes) {
        const left = ox * job.strideWidth - job.left;
        const firstColumn = max(0, left), lastColumn = min(width, left + job.filterWidth);
        const share: f32 = <f32>1 / <f32>max(1, (lastRow - firstRow) * (lastColumn - firstColumn));
        for (let row = firstRow; row < lastRow; row++) {
          let at = dx + <usize>row * rowBytes + <usize>firstColumn * pixelBytes;
          for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
            let c: usize = 0;
            for (; c + 16 <= pixelBytes; c += 16) {
              v128.store(at + c, f32x4.add(v128.load(at + c), f32x4.mul(v128.load(dy + c), f32x4.splat(share))));
            }
            for (; c < pixelBytes; c += 4) store<f32>(at + c, load<f32>(at + c) + load<f32>(dy + c) * share);
          }
        }
      }
    }
  }
}

/**
 * Gradient of max pooling, images [start, end): each window's gradient goes to its first largest value, or to its
 * first value where that is NaN.
 */
export function maxPoolGradient(job: MaxPoolGradientJob, start: i32, end: i32): void {
  const height = job.height, width = job.width;
  const pixelBytes = <usize>job.channels << 2;
  const outHeight = job.outHeight, outWidth = job.outWidth;
  const filterHeight = job.filterHeight, filterWidth = job.filterWidth;
  const strideHeight = job.strideHeight, strideWidth = job.strideWidth;
  const top = job.top, left = job.left;
  const rowBytes = <usize>width * pixelBytes;
  const imageBytes = <usize>height * rowBytes;
  const dyImageBytes = <usize>(outHeight * outWidth) * pixelBytes;
  for (let n = start; n < end; n++) {
    const x = job.x + <usize>n * imageBytes;
    const dx = job.dx + <usize>n * imageBytes;
    let dy = job.dy + <usize>n * dyImageBytes;
    memory.fill(dx, 0, imageBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      const firstRow = max(0, oy * strideHeight - top), lastRow = min(height, oy * strideHeight - top + filterHeight);
      for (let ox = 0; ox < outWidth; ox++, dy += pixelBytes) {
        const firstColumn = max(0, ox * strideWidth - left), lastColumn = min(width, ox * strideWidth - left + filterWidth);
        if (lastRow <= firstRow || lastColumn <= firstColumn) continue;
        const first = <usize>firstRow * rowBytes + <usize>firstColumn * pixelBytes;
        let c: usize = 0;
        for (; c + 16 <= pixelBytes; c += 16) {
          let largest = v128.load(x + first + c);
          let winner = i32x4.splat(<i32>first);
          for (let row = firstRow; row < lastRow; row++) {
            let at = <usize>row * rowBytes + <usize>firstColumn * pixelBytes;
            for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
              const value = v128.load(x + at + c);
              const larger = f32x4.gt(value, largest);
              largest = v128.bitselect(value, largest, larger);
              winner = v128.bitselect(i32x4.splat(<i32>at), winner, larger);
            }
          }
          const upstream = v128.load(dy + c);
          for (let row = firstRow; row < lastRow; row++) {
            let at = <usize>row * rowBytes + <usize>firstColumn * pixelBytes;
            for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
              const own = v128.and(upstream, i32x4.eq(winner, i32x4.splat(<i32>at)));
              v128.store(dx + at + c, f32x4.add(v128.load(dx + at + c), own));
            }
          }
        }
        for (; c < pixelBytes; c += 4) {
          let largest = load<f32>(x + first + c);
          let winner = first;
          for (let row = firstRow; row < lastRow; row++) {
            let at = <usize>row * rowBytes + <usize>firstColumn * pixelBytes;
            for (let column = firstColumn; column < lastColumn; column++, at += pixelBytes) {
              const value = load<f32>(x + at + c);
              if (value > largest) {
                largest = value;
                winner = at;
              }
            }
          }
          store<f32>(dx + winner + c, load<f32>(dx + winner + c) + load<f32>(dy + c));
        }
      }
    }
  }
}
