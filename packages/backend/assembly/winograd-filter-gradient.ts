// Gradient of a 3×3 convolution of stride 1 by its filter, by minimal filtering: the 16 products of a transformed tile
// of 4×4 inputs (winograd.ts) and of transformed 2×2 upstream gradients, summed over tiles, give the 3×3 sums, which
// take 36 products a tile otherwise.
//
// The transforms, in one dimension: upstream gradients g ↦ (g0, (g0 + g1) / 2, (g0 − g1) / 2, g1), the halves only at
// the end; sums of products m ↦ (m0 + m1 + m2, m1 − m2, m1 + m2 − m3).

import { padRows } from './convolution';
import { tile4 } from './filter-gradient';
import { WinogradFilterGradientJob, WinogradFilterResultJob } from './jobs.generated';
import { transformInput } from './winograd';

/**
 * Sums the transformed filter gradient of the images [start, end) into partial sum `chunk`. Tiles of `together`
 * bands are transformed before their products are taken.
 */
export function winogradFilterGradient(job: WinogradFilterGradientJob, start: i32, end: i32, chunk: i32, thread: i32): void {
  const x = job.x, dy = job.dy;
  const scratch = job.scratch + <usize>thread * job.scratchBytes;
  const bands = job.bands, bandRows = job.bandRows;
  const height = job.height, width = job.width;
  const pixelBytes = job.pixelBytes;
  const top = job.top, left = job.left;
  const columns = job.columns, outHeight = job.outHeight, outWidth = job.outWidth;
  const outBytes = <usize>job.channels << 2;
  const planes = scratch + job.bandBytes;
  const planeBytes = job.planeBytes;
  const together = job.together;
  const gradients = planes + (planeBytes << 4);
  const gradientBytes = (planeBytes / pixelBytes) * outBytes;
  const sumBytes = (pixelBytes << 2) * outBytes;
  const sum = job.partialSums + <usize>chunk * sumBytes;
  const paddedWidth = (columns << 1) + 2;
  const imageBytes = <usize>height * <usize>width * pixelBytes;
  const dyRowBytes = <usize>outWidth * outBytes;
  memory.fill(sum, 0, sumBytes);
  const tileRows = (outHeight + 1) >> 1;
  let tiles = 0, waiting = 0;
  for (let item = start * bands; item < end * bands; item++) {
    const n = item / bands;
    const first = (item - n * bands) * bandRows;
    const rows = min(bandRows, tileRows - first);
    padRows(x + <usize>n * imageBytes, scratch, first << 1, (rows << 1) + 2, top, left, height, width, paddedWidth, pixelBytes);
    transformInput(scratch, planes + <usize>tiles * pixelBytes, rows, columns, <usize>paddedWidth * pixelBytes, pixelBytes, planeBytes);
    const upstream = dy + (<usize>n * <usize>outHeight + <usize>(first << 1)) * dyRowBytes;
    transformGradient(upstream, gradients + <usize>tiles * outBytes, rows, columns, outHeight - (first << 1), outWidth, outBytes, gradientBytes);
    tiles += rows * columns;
    if (++waiting < together && item + 1 < end * bands) continue;
    let target = sum;
    for (let k: usize = 0; k < 16; k++) {
      const plane = planes + k * planeBytes, gradient = gradients + k * gradientBytes;
      for (let i: usize = 0; i < pixelBytes; i += 16, target += outBytes << 2) {
        for (let c: usize = 0; c < outBytes; c += 32) {
          tile4(plane + i, gradient + c, target + c, 1, tiles, 0, pixelBytes, 0, outBytes, outBytes);
        }
      }
    }
    tiles = 0;
    waiting = 0;
  }
}

/** Transforms rows × columns tiles of 2×2 upstream gradients into 16 planes of `[tile, channels]`. */
function transformGradient(
  dy: usize, planes: usize, rows: i32, columns: i32, outRows: i32, outColumns: i32, pixelBytes: usize, planeBytes: usize,
): void {
  const zero = f32x4.splat(0);
  const rowBytes = <usize>outColumns * pixelBytes;
  for (let r = 0; r < rows; r++) {
    const hasSecondRow = (r << 1) + 1 < outRows;
    let tile = dy + <usize>(r << 1) * rowBytes;
    for (let column = 0; column < columns; column++, tile += pixelBytes << 1, planes += pixelBytes) {
      const hasSecondColumn = (column << 1) + 1 < outColumns;
      for (let c: usize = 0; c < pixelBytes; c += 16) {
        const p = tile + c;
        const a0 = v128.load(p);
        const a1 = hasSecondColumn ? v128.load(p + pixelBytes) : zero;
        const b0 = hasSecondRow ? v128.load(p + rowBytes) : zero;
        const b1 = hasSecondRow && hasSecondColumn ? v128.load(p + rowBytes + pixelBytes) : zero;
        let q = storeGradientRow(planes + c, planeBytes, a0, a1);
        q = storeGradientRow(q, planeBytes, f32x4.add(a0, b0), f32x4.add(a1, b1));
        q = storeGradientRow(q, planeBytes, f32x4.sub(a0, b0), f32x4.sub(a1, b1));
        storeGradientRow(q, planeBytes, b0, b1);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function storeGradientRow(q: usize, planeBytes: usize, g0: v128, g1: v128): usize {
  v128.store(q, g0);
  q += planeBytes;
  v128.store(q, f32x4.add(g0, g1));
  q += planeBytes;
  v128.store(q, f32x4.sub(g0, g1));
  q += planeBytes;
  v128.store(q, g1);
  return q + planeBytes;
}

/**
 * Turns the sums of products into the filter's gradient, input channels [start, end).
 */
export function winogradFilterResult(job: WinogradFilterResultJob, start: i32, end: i32): void {
  const rowBytes = <usize>job.channels << 2;
  const plane = <usize>job.depth * rowBytes;
  for (let at = <usize>start * rowBytes; at < <usize>end * rowBytes; at += 16) {
    const p = job.sums + at, q = job.out + at;
    const zero = f32x4.splat(0);
    let a0 = zero, a1 = zero, a2 = zero, b0 = zero, b1 = zero, b2 = zero, c0 = zero, c1 = zero, c2 = zero;
    for (let row: usize = 0; row < 4; row++) {
      const from = p + (row << 2) * plane;
      // The factor ½ that the transform of the upstream gradients left out, in either direction.
      const outer = f32x4.splat(row == 1 || row == 2 ? 0.5 : 1);
      const m1 = f32x4.mul(v128.load(from + plane), f32x4.splat(0.5)), m2 = f32x4.mul(v128.load(from + (plane << 1)), f32x4.splat(0.5));
      const both = f32x4.add(m1, m2);
      const r0 = f32x4.mul(f32x4.add(v128.load(from), both), outer);
      const r1 = f32x4.mul(f32x4.sub(m1, m2), outer);
      const r2 = f32x4.mul(f32x4.sub(both, v128.load(from + 3 * plane)), outer);
      if (row < 3) { a0 = f32x4.add(a0, r0); a1 = f32x4.add(a1, r1); a2 = f32x4.add(a2, r2); }
      if (row == 1) { b0 = r0; b1 = r1; b2 = r2; c0 = r0; c1 = r1; c2 = r2; }
      if (row == 2) {
        b0 = f32x4.sub(b0, r0); b1 = f32x4.sub(b1, r1); b2 = f32x4.sub(b2, r2);
        c0 = f32x4.add(c0, r0); c1 = f32x4.add(c1, r1); c2 = f32x4.add(c2, r2);
      }
      if (row == 3) { c0 = f32x4.sub(c0, r0); c1 = f32x4.sub(c1, r1); c2 = f32x4.sub(c2, r2); }
    }
    v128.store(q, a0); v128.store(q + plane, a1); v128.store(q + 2 * plane, a2);
    v128.store(q + 3 * plane, b0); v128.store(q + 4 * plane, b1); v128.store(q + 5 * plane, b2);
    v128.store(q + 6 * plane, c0); v128.store(q + 7 * plane, c1); v128.store(q + 8 * plane, c2);
  }
}
