// Gradients of depthwise convolutions, on NHWC tensors: output channel c · multiplier + m reads input channel c by
// the filter `[height, width, channels, multiplier]`.

import { DepthwiseFilterGradientJob, DepthwiseInputGradientJob } from './jobs.generated';

/**
 * Gradient by the input, images [start, end).
 */
export function depthwiseInputGradient(job: DepthwiseInputGradientJob, start: i32, end: i32): void {
  const height = job.height, width = job.width, channels = job.channels;
  const outHeight = job.outHeight, outWidth = job.outWidth;
  const multiplier = job.multiplier;
  const pixelBytes = <usize>channels << 2;
  const dyPixelBytes = pixelBytes * <usize>multiplier;
  const imageBytes = <usize>(height * width) * pixelBytes;
  const dyImageBytes = <usize>(outHeight * outWidth) * dyPixelBytes;
  const filterHeight = job.filterHeight, filterWidth = job.filterWidth;
  const filter = job.filter;
  for (let n = start; n < end; n++) {
    const dx = job.dx + <usize>n * imageBytes;
    let dy = job.dy + <usize>n * dyImageBytes;
    memory.fill(dx, 0, imageBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += dyPixelBytes) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * job.strideHeight - job.top + ky * job.dilationHeight;
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const x = ox * job.strideWidth - job.left + kx * job.dilationWidth;
            if (x < 0 || x >= width) continue;
            const to = dx + <usize>(y * width + x) * pixelBytes;
            const weights = filter + <usize>(ky * filterWidth + kx) * dyPixelBytes;
            if (multiplier == 1) addProducts(dy, weights, to, pixelBytes);
            else addRuns(dy, weights, to, channels, multiplier);
          }
        }
      }
    }
  }
}

/**
 * Gradient by the filter: sums the images [start, end) into partial sum `chunk`, `[taps, channels · multiplier]`.
 */
export function depthwiseFilterGradient(job: DepthwiseFilterGradientJob, start: i32, end: i32, chunk: i32): void {
  const height = job.height, width = job.width, channels = job.channels;
  const outHeight = job.outHeight, outWidth = job.outWidth;
  const multiplier = job.multiplier;
  const pixelBytes = <usize>channels << 2;
  const dyPixelBytes = pixelBytes * <usize>multiplier;
  const imageBytes = <usize>(height * width) * pixelBytes;
  const dyImageBytes = <usize>(outHeight * outWidth) * dyPixelBytes;
  const filterHeight = job.filterHeight, filterWidth = job.filterWidth;
  const sumBytes = <usize>(filterHeight * filterWidth) * dyPixelBytes;
  const sum = job.partialSums + <usize>chunk * sumBytes;
  memory.fill(sum, 0, sumBytes);
  for (let n = start; n < end; n++) {
    const image = job.x + <usize>n * imageBytes;
    let dy = job.dy + <usize>n * dyImageBytes;
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += dyPixelBytes) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * job.strideHeight - job.top + ky * job.dilationHeight;
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const x = ox * job.strideWidth - job.left + kx * job.dilationWidth;
            if (x < 0 || x >= width) continue;
            const from = image + <usize>(y * width + x) * pixelBytes;
            const to = sum + <usize>(ky * filterWidth + kx) * dyPixelBytes;
            if (multiplier == 1) addProducts(dy, from, to, pixelBytes);
            else addRepeated(dy, from, to, channels, multiplier);
          }
        }
      }
    }
  }
}

/** to[i] += a[i] · b[i]. */
function addProducts(a: usize, b: usize, to: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(v128.load(a + c), v128.load(b + c))));
  }
  for (; c < bytes; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(a + c) * load<f32>(b + c));
}

/** to[c] += Σ over m of a[c, m] · b[c, m]. */
function addRuns(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let c = 0; c < channels; c++, to += 4) {
    let total = load<f32>(to);
    for (let m = 0; m < multiplier; m++, a += 4, b += 4) total += load<f32>(a) * load<f32>(b);
    store<f32>(to, total);
  }
}

/** to[c, m] += a[c, m] · b[c]. */
function addRepeated(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let c = 0; c < channels; c++, b += 4) {
    const factor = load<f32>(b);
    for (let m = 0; m < multiplier; m++, a += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(a) * factor);
  }
}
