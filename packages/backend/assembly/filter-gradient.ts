// Gradient of a convolution by its filter, on NHWC tensors: for each segment of the filter (a row of taps times the
// input's channels, which lie next to each other in the padded input) the product of inputs and upstream gradients,
// summed over pixels. A band of output rows at a time, so that both stay in the first-level cache. Each chunk of
// images has a sum of its own, so that the result does not depend on which thread does which chunk.

import { PANEL, padRows } from './convolution';
import { madd } from './fused';

/**
 * Sums the images [start, end) into partial sum `chunk`.
 *
 * `job` (i32 each): 0 x, 1 dy, 2 scratch bytes of a thread, 3 scratch, 4 bandRows, 5 outHeight, 6 height, 7 width,
 * 8 pixelBytes (of the input), 9 top, 10 left, 11 paddedWidth, 12 rowStep, 13 columnStep, 14 spanRows,
 * 15 outWidth, 16 channels (of dy), 17 segments, 18 table of segment offsets (bytes), 19 length of a segment,
 * 20 partial sums, each `[segments · length, channels rounded up to 8]`, 21 bytes of the padded band of x.
 */
export function filterGradient(job: usize, start: i32, end: i32, chunk: i32, thread: i32): void {
  const x = <usize>load<u32>(job), dy = <usize>load<u32>(job + 4);
  const scratch = <usize>load<u32>(job + 12) + <usize>thread * <usize>load<u32>(job + 8);
  const bandRows = load<i32>(job + 16), outHeight = load<i32>(job + 20);
  const height = load<i32>(job + 24), width = load<i32>(job + 28);
  const pixelBytes = <usize>load<u32>(job + 32);
  const paddedWidth = load<i32>(job + 44), rowStep = load<i32>(job + 48);
  const columnBytes = <usize>load<i32>(job + 52) * pixelBytes;
  const spanRows = load<i32>(job + 56);
  const outWidth = load<i32>(job + 60), channels = load<i32>(job + 64);
  const segments = load<i32>(job + 68);
  const offsets = <usize>load<u32>(job + 72);
  const length = load<i32>(job + 76);
  const paddedChannels = (channels + PANEL - 1) & ~(PANEL - 1);
  const outBytes = <usize>paddedChannels << 2;
  const sumBytes = <usize>(segments * length) * outBytes;
  const sum = <usize>load<u32>(job + 80) + <usize>chunk * sumBytes;
  const gradients = scratch + <usize>load<u32>(job + 84);
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
      padRows(image, scratch, first * rowStep, (rows - 1) * rowStep + spanRows, load<i32>(job + 36), load<i32>(job + 40), height, width, paddedWidth, pixelBytes);
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
 *
 * `job` (i32 each): 0 partial sums, 1 how many, 2 bytes of each, 3 out, 4 channels.
 */
export function addPartialSums(job: usize, start: i32, end: i32): void {
  const partials = <usize>load<u32>(job);
  const count = load<i32>(job + 4);
  const bytes = <usize>load<u32>(job + 8);
  const channels = load<i32>(job + 16);
  const paddedBytes = <usize>((channels + PANEL - 1) & ~(PANEL - 1)) << 2;
  const rowBytes = <usize>channels << 2;
  for (let row = start; row < end; row++) {
    const from = partials + <usize>row * paddedBytes;
    const to = <usize>load<u32>(job + 12) + <usize>row * rowBytes;
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
