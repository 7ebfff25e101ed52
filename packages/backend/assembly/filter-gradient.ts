// Gradient of a convolution by its filter, on NHWC tensors: for each segment of the filter (a row of taps times the
// input's channels, which lie next to each other in the padded input) the product of inputs and upstream gradients,
// summed over pixels. A band of output rows at a time, so that both stay in the first-level cache. Each chunk of
// images has a sum of its own, so that the result does not depend on which thread does which chunk.

import { PANEL, padRows } from './convolution';
import { madd } from './fused';
import { AddPartialSumsJob, FilterGradientJob } from './jobs.generated';

/**
 * Sums the images [start, end) into partial sum `chunk`.
 */
export function filterGradient(job: FilterGradientJob, start: i32, end: i32, chunk: i32, thread: i32): void {
  const x = job.x, dy = job.dy;
  const scratch = job.scratch + <usize>thread * job.scratchBytes;
  const bandRows = job.bandRows, outHeight = job.outHeight;
  const height = job.height, width = job.width;
  const pixelBytes = job.pixelBytes;
  const paddedWidth = job.paddedWidth, rowStep = job.rowStep;
  const columnBytes = <usize>job.columnStep * pixelBytes;
  const spanRows = job.spanRows;
  const outWidth = job.outWidth, channels = job.channels;
  const segments = job.segments;
  const offsets = job.offsets;
  const length = job.length;
  const paddedChannels = (channels + PANEL - 1) & ~(PANEL - 1);
  const outBytes = <usize>paddedChannels << 2;
  const sumBytes = <usize>(segments * length) * outBytes;
  const sum = job.partialSums + <usize>chunk * sumBytes;
  const gradients = scratch + job.bandBytes;
  memory.fill(sum, 0, sumBytes);
  const imageBytes = <usize>height * <usize>width * pixelBytes;
  const dyPixelBytes = <usize>channels << 2;
  const dyRowBytes = <usize>outWidth * dyPixelBytes;
  const rowBytes = <usize>rowStep * <usize>paddedWidth * pixelBytes;
  for (let n = start; n < end; n++) {
    const image = x + <usize>n * imageBytes;
    const upstream = dy + <usize>n * <usize>outHeight * dyRowBytes;
    for (let first = 0; first < outHeight; first += bandRows) {
      const rows = min(bandRows, outHeight - first);
      padRows(image, scratch, first * rowStep, (rows - 1) * rowStep + spanRows, job.top, job.left, height, width, paddedWidth, pixelBytes);
      let g = upstream + <usize>first * dyRowBytes;
      if (channels != paddedChannels) {
        widen(g, gradients, rows * outWidth, dyPixelBytes, outBytes);
        g = gradients;
      }
      const gRowBytes = <usize>outWidth * outBytes;
      for (let s = 0; s < segments; s++) {
        const base = scratch + <usize>load<i32>(offsets + (<usize>s << 2));
        const target = sum + <usize>(s * length) * outBytes;
        for (let c: usize = 0; c < outBytes; c += 32) {
          let i = 0;
          for (; i + 4 <= length; i += 4) tile4(base + (<usize>i << 2), g + c, target + <usize>i * outBytes + c, rows, outWidth, rowBytes, columnBytes, gRowBytes, outBytes, outBytes);
          if (i + 3 == length) {
            tile3(base + (<usize>i << 2), g + c, target + <usize>i * outBytes + c, rows, outWidth, rowBytes, columnBytes, gRowBytes, outBytes, outBytes);
            i += 3;
          }
          if (i + 2 == length) {
            tile2(base + (<usize>i << 2), g + c, target + <usize>i * outBytes + c, rows, outWidth, rowBytes, columnBytes, gRowBytes, outBytes, outBytes);
            i += 2;
          }
          if (i < length) tile1(base + (<usize>i << 2), g + c, target + <usize>i * outBytes + c, rows, outWidth, rowBytes, columnBytes, gRowBytes, outBytes, outBytes);
        }
      }
    }
  }
}

/** Copies pixels to where each has `outBytes`, zeros behind its values. */
function widen(from: usize, to: usize, pixels: i32, bytes: usize, outBytes: usize): void {
  for (let p = 0; p < pixels; p++, from += bytes, to += outBytes) {
    memory.copy(to, from, bytes);
    memory.fill(to + bytes, 0, outBytes - bytes);
  }
}

/**
 * Adds up the partial sums, rows [start, end) of `[depth, channels]`.
 */
export function addPartialSums(job: AddPartialSumsJob, start: i32, end: i32): void {
  const partials = job.partialSums;
  const count = job.count;
  const bytes = job.bytes;
  const channels = job.channels;
  const paddedBytes = <usize>((channels + PANEL - 1) & ~(PANEL - 1)) << 2;
  const rowBytes = <usize>channels << 2;
  for (let row = start; row < end; row++) {
    const from = partials + <usize>row * paddedBytes;
    const to = job.out + <usize>row * rowBytes;
    let c: usize = 0;
    for (; c + 16 <= rowBytes; c += 16) {
      let total = v128.load(from + c);
      for (let k = 1; k < count; k++) total = f32x4.add(total, v128.load(from + c + <usize>k * bytes));
      v128.store(to + c, total);
    }
    for (; c < rowBytes; c += 4) {
      let total = load<f32>(from + c);
      for (let k = 1; k < count; k++) total += load<f32>(from + c + <usize>k * bytes);
      store<f32>(to + c, total);
    }
  }
}

/** 4 rows of the gradient by 8 of its columns: += Σ over rows × columns pixels of x[pixel, i] · dy[pixel, o]. */
export function tile4(
  x: usize, dy: usize, out: usize, rows: i32, columns: i32,
  xRow: usize, xPixel: usize, dyRow: usize, dyPixel: usize, outBytes: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero;
  let b0 = zero, b1 = zero;
  let c0 = zero, c1 = zero;
  let d0 = zero, d1 = zero;
  for (let r = 0; r < rows; r++, x += xRow, dy += dyRow) {
    let p = x, g = dy;
    const stop = x + <usize>columns * xPixel;
    for (; p < stop; p += xPixel, g += dyPixel) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      let v = v128.load32_splat(p);
      a0 = madd(v, g0, a0); a1 = madd(v, g1, a1);
      v = v128.load32_splat(p, 4);
      b0 = madd(v, g0, b0); b1 = madd(v, g1, b1);
      v = v128.load32_splat(p, 8);
      c0 = madd(v, g0, c0); c1 = madd(v, g1, c1);
      v = v128.load32_splat(p, 12);
      d0 = madd(v, g0, d0); d1 = madd(v, g1, d1);
    }
  }
  v128.store(out, f32x4.add(v128.load(out), a0)); v128.store(out, f32x4.add(v128.load(out, 16), a1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), b0)); v128.store(out, f32x4.add(v128.load(out, 16), b1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), c0)); v128.store(out, f32x4.add(v128.load(out, 16), c1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), d0)); v128.store(out, f32x4.add(v128.load(out, 16), d1), 16);
}

/** 3 rows of the gradient by 8 of its columns: += Σ over rows × columns pixels of x[pixel, i] · dy[pixel, o]. */
function tile3(
  x: usize, dy: usize, out: usize, rows: i32, columns: i32,
  xRow: usize, xPixel: usize, dyRow: usize, dyPixel: usize, outBytes: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero;
  let b0 = zero, b1 = zero;
  let c0 = zero, c1 = zero;
  for (let r = 0; r < rows; r++, x += xRow, dy += dyRow) {
    let p = x, g = dy;
    const stop = x + <usize>columns * xPixel;
    for (; p < stop; p += xPixel, g += dyPixel) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      let v = v128.load32_splat(p);
      a0 = madd(v, g0, a0); a1 = madd(v, g1, a1);
      v = v128.load32_splat(p, 4);
      b0 = madd(v, g0, b0); b1 = madd(v, g1, b1);
      v = v128.load32_splat(p, 8);
      c0 = madd(v, g0, c0); c1 = madd(v, g1, c1);
    }
  }
  v128.store(out, f32x4.add(v128.load(out), a0)); v128.store(out, f32x4.add(v128.load(out, 16), a1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), b0)); v128.store(out, f32x4.add(v128.load(out, 16), b1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), c0)); v128.store(out, f32x4.add(v128.load(out, 16), c1), 16);
}

/** 2 rows of the gradient by 8 of its columns: += Σ over rows × columns pixels of x[pixel, i] · dy[pixel, o]. */
function tile2(
  x: usize, dy: usize, out: usize, rows: i32, columns: i32,
  xRow: usize, xPixel: usize, dyRow: usize, dyPixel: usize, outBytes: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero;
  let b0 = zero, b1 = zero;
  for (let r = 0; r < rows; r++, x += xRow, dy += dyRow) {
    let p = x, g = dy;
    const stop = x + <usize>columns * xPixel;
    for (; p < stop; p += xPixel, g += dyPixel) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      let v = v128.load32_splat(p);
      a0 = madd(v, g0, a0); a1 = madd(v, g1, a1);
      v = v128.load32_splat(p, 4);
      b0 = madd(v, g0, b0); b1 = madd(v, g1, b1);
    }
  }
  v128.store(out, f32x4.add(v128.load(out), a0)); v128.store(out, f32x4.add(v128.load(out, 16), a1), 16);
  out += outBytes;
  v128.store(out, f32x4.add(v128.load(out), b0)); v128.store(out, f32x4.add(v128.load(out, 16), b1), 16);
}

/** 1 rows of the gradient by 8 of its columns: += Σ over rows × columns pixels of x[pixel, i] · dy[pixel, o]. */
function tile1(
  x: usize, dy: usize, out: usize, rows: i32, columns: i32,
  xRow: usize, xPixel: usize, dyRow: usize, dyPixel: usize, outBytes: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero;
  for (let r = 0; r < rows; r++, x += xRow, dy += dyRow) {
    let p = x, g = dy;
    const stop = x + <usize>columns * xPixel;
    for (; p < stop; p += xPixel, g += dyPixel) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      let v = v128.load32_splat(p);
      a0 = madd(v, g0, a0); a1 = madd(v, g1, a1);
    }
  }
  v128.store(out, f32x4.add(v128.load(out), a0)); v128.store(out, f32x4.add(v128.load(out, 16), a1), 16);
}
