// 3×3 convolutions of stride 1 by minimal filtering (Winograd; Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2016): the 16 products of a transformed tile of 4×4 inputs and a transformed filter give 2×2
// outputs, which takes 36 products otherwise. On NHWC tensors; channels of the input are a multiple of 4, those of the
// output a multiple of 8. What is not finite spreads over its tile.
//
// The transforms, in one dimension: inputs d ↦ (d0 − d2, d1 + d2, d2 − d1, d1 − d3); filters
// g ↦ (g0, (g0 + g1 + g2) / 2, (g0 − g1 + g2) / 2, g2); products m ↦ (m0 + m1 + m2, m1 − m2 − m3).

import { padRows } from './convolution';
import { madd } from './fused';
import { WinogradConvolveJob, WinogradFiltersJob } from './jobs.generated';

/** Transforms rows × columns tiles of a padded band into 16 planes of `[tile, channels]`. */
export function transformInput(
  band: usize, planes: usize, rows: i32, columns: i32, bandRowBytes: usize, pixelBytes: usize, planeBytes: usize,
): void {
  for (let r = 0; r < rows; r++) {
    let tile = band + <usize>(r << 1) * bandRowBytes;
    for (let column = 0; column < columns; column++, tile += pixelBytes << 1, planes += pixelBytes) {
      for (let c: usize = 0; c < pixelBytes; c += 16) {
        const p0 = tile + c, p1 = p0 + bandRowBytes, p2 = p1 + bandRowBytes, p3 = p2 + bandRowBytes;
        let q = planes + c;
        let a = v128.load(p0), b = v128.load(p1), e = v128.load(p2), f = v128.load(p3);
        const a0 = f32x4.sub(a, e), b0 = f32x4.add(b, e), e0 = f32x4.sub(e, b), f0 = f32x4.sub(b, f);
        a = v128.load(p0 + pixelBytes); b = v128.load(p1 + pixelBytes); e = v128.load(p2 + pixelBytes); f = v128.load(p3 + pixelBytes);
        const a1 = f32x4.sub(a, e), b1 = f32x4.add(b, e), e1 = f32x4.sub(e, b), f1 = f32x4.sub(b, f);
        let at = pixelBytes << 1;
        a = v128.load(p0 + at); b = v128.load(p1 + at); e = v128.load(p2 + at); f = v128.load(p3 + at);
        const a2 = f32x4.sub(a, e), b2 = f32x4.add(b, e), e2 = f32x4.sub(e, b), f2 = f32x4.sub(b, f);
        at += pixelBytes;
        a = v128.load(p0 + at); b = v128.load(p1 + at); e = v128.load(p2 + at); f = v128.load(p3 + at);
        const a3 = f32x4.sub(a, e), b3 = f32x4.add(b, e), e3 = f32x4.sub(e, b), f3 = f32x4.sub(b, f);
        q = storeFour(q, planeBytes, a0, a1, a2, a3);
        q = storeFour(q, planeBytes, b0, b1, b2, b3);
        q = storeFour(q, planeBytes, e0, e1, e2, e3);
        storeFour(q, planeBytes, f0, f1, f2, f3);
      }
    }
  }
}

/** Transforms one row of a tile and stores it into four planes; the address in the plane after them. */
// @ts-ignore: decorator
@inline
function storeFour(q: usize, planeBytes: usize, d0: v128, d1: v128, d2: v128, d3: v128): usize {
  v128.store(q, f32x4.sub(d0, d2));
  q += planeBytes;
  v128.store(q, f32x4.add(d1, d2));
  q += planeBytes;
  v128.store(q, f32x4.sub(d2, d1));
  q += planeBytes;
  v128.store(q, f32x4.sub(d1, d3));
  return q + planeBytes;
}

/**
 * Transforms packed filters, panels [start, end): `[9, depth, 8]` becomes `[16, depth, 8]`.
 */
export function winogradFilters(job: WinogradFiltersJob, start: i32, end: i32): void {
  const plane = <usize>job.depth << 5;
  const one = f32x4.splat(1), half = f32x4.splat(0.5), quarter = f32x4.splat(0.25);
  for (let panel = start; panel < end; panel++) {
    const packed = job.packed + <usize>panel * 9 * plane;
    const target = job.target + <usize>(panel << 4) * plane;
    for (let at: usize = 0; at < plane; at += 16) {
      let p = packed + at, q = target + at;
      // Rows 0 to 2 of the filter; halves are multiplied in at the end of each row of the result.
      const a0 = v128.load(p), a1 = v128.load(p + plane), a2 = v128.load(p + (plane << 1));
      p += 3 * plane;
      const b0 = v128.load(p), b1 = v128.load(p + plane), b2 = v128.load(p + (plane << 1));
      p += 3 * plane;
      const c0 = v128.load(p), c1 = v128.load(p + plane), c2 = v128.load(p + (plane << 1));
      q = storeFilterRow(q, plane, a0, a1, a2, one, half);
      const s0 = f32x4.add(a0, c0), s1 = f32x4.add(a1, c1), s2 = f32x4.add(a2, c2);
      q = storeFilterRow(q, plane, f32x4.add(s0, b0), f32x4.add(s1, b1), f32x4.add(s2, b2), half, quarter);
      q = storeFilterRow(q, plane, f32x4.sub(s0, b0), f32x4.sub(s1, b1), f32x4.sub(s2, b2), half, quarter);
      storeFilterRow(q, plane, c0, c1, c2, one, half);
    }
  }
}

// @ts-ignore: decorator
@inline
function storeFilterRow(q: usize, plane: usize, g0: v128, g1: v128, g2: v128, outer: v128, inner: v128): usize {
  const sum = f32x4.add(g0, g2);
  v128.store(q, f32x4.mul(g0, outer));
  q += plane;
  v128.store(q, f32x4.mul(f32x4.add(sum, g1), inner));
  q += plane;
  v128.store(q, f32x4.mul(f32x4.sub(sum, g1), inner));
  q += plane;
  v128.store(q, f32x4.mul(g2, outer));
  return q + plane;
}

/** Products of tiles (four at a time, up to three behind the last) and a panel: `[tiles, depth]` by `[depth, 8]`. */
function planeProduct(a: usize, panel: usize, out: usize, tiles: i32, depthBytes: usize): void {
  for (let done = 0; done < tiles; done += 4, a += depthBytes << 2, out += 128) {
    const zero = f32x4.splat(0);
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    let p0 = a, p1 = p0 + depthBytes, p2 = p1 + depthBytes, p3 = p2 + depthBytes, w = panel;
    const stop = p1;
    while (p0 < stop) {
      const w0 = v128.load(w), w1 = v128.load(w, 16);
      let v = v128.load32_splat(p0);
      a0 = madd(v, w0, a0); a1 = madd(v, w1, a1);
      v = v128.load32_splat(p1);
      b0 = madd(v, w0, b0); b1 = madd(v, w1, b1);
      v = v128.load32_splat(p2);
      c0 = madd(v, w0, c0); c1 = madd(v, w1, c1);
      v = v128.load32_splat(p3);
      d0 = madd(v, w0, d0); d1 = madd(v, w1, d1);
      p0 += 4; p1 += 4; p2 += 4; p3 += 4; w += 32;
    }
    v128.store(out, a0); v128.store(out, a1, 16);
    v128.store(out, b0, 32); v128.store(out, b1, 48);
    v128.store(out, c0, 64); v128.store(out, c1, 80);
    v128.store(out, d0, 96); v128.store(out, d1, 112);
  }
}

/**
 * Works off the items [start, end) of images × bands (a band is `bandRows` rows of tiles).
 */
export function winogradConvolve(job: WinogradConvolveJob, start: i32, end: i32, thread: i32): void {
  const x = job.x, y = job.y;
  const scratch = job.scratch + <usize>thread * job.scratchBytes;
  const bands = job.bands, bandRows = job.bandRows;
  const height = job.height, width = job.width;
  const pixelBytes = job.pixelBytes;
  const top = job.top, left = job.left;
  const columns = job.columns, outHeight = job.outHeight, outWidth = job.outWidth;
  const outPixelBytes = <usize>job.channels << 2;
  const filters = job.filters;
  const planes = scratch + job.bandBytes;
  const planeBytes = job.planeBytes;
  const products = planes + (planeBytes << 4);
  const productBytes = (planeBytes / pixelBytes) << 5;
  const paddedWidth = (columns << 1) + 2;
  const imageBytes = <usize>height * <usize>width * pixelBytes;
  const outRowBytes = <usize>outWidth * outPixelBytes;
  const filterBytes = pixelBytes << 3;
  for (let item = start; item < end; item++) {
    const n = item / bands;
    const first = (item - n * bands) * bandRows;
    const rows = min(bandRows, ((outHeight + 1) >> 1) - first);
    padRows(x + <usize>n * imageBytes, scratch, first << 1, (rows << 1) + 2, top, left, height, width, paddedWidth, pixelBytes);
    transformInput(scratch, planes, rows, columns, <usize>paddedWidth * pixelBytes, pixelBytes, planeBytes);
    const out = y + (<usize>n * <usize>outHeight + <usize>(first << 1)) * outRowBytes;
    let filter = filters;
    for (let c: usize = 0; c < outPixelBytes; c += 32) {
      for (let k: usize = 0; k < 16; k++, filter += filterBytes) {
        planeProduct(planes + k * planeBytes, filter, products + k * productBytes, rows * columns, pixelBytes);
      }
      transformOutput(products, productBytes, out + c, rows, columns, outHeight - (first << 1), outWidth, outRowBytes, outPixelBytes);
    }
  }
}

/** Turns the products of rows × columns tiles into outputs of eight channels. */
function transformOutput(
  products: usize, productBytes: usize, out: usize, rows: i32, columns: i32,
  outRows: i32, outColumns: i32, outRowBytes: usize, outPixelBytes: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const hasSecondRow = (r << 1) + 1 < outRows;
    let q = out + <usize>(r << 1) * outRowBytes;
    for (let column = 0; column < columns; column++, products += 32, q += outPixelBytes << 1) {
      const hasSecondColumn = (column << 1) + 1 < outColumns;
      for (let lane: usize = 0; lane < 32; lane += 16) {
        let p = products + lane;
        const to = q + lane;
        let s0 = v128.load(p), s1 = v128.load(p + productBytes), s2 = v128.load(p + (productBytes << 1)), s3 = v128.load(p + 3 * productBytes);
        p += productBytes << 2;
        let m0 = v128.load(p), m1 = v128.load(p + productBytes), m2 = v128.load(p + (productBytes << 1)), m3 = v128.load(p + 3 * productBytes);
        s0 = f32x4.add(s0, m0); s1 = f32x4.add(s1, m1); s2 = f32x4.add(s2, m2); s3 = f32x4.add(s3, m3);
        let t0 = m0, t1 = m1, t2 = m2, t3 = m3;
        p += productBytes << 2;
        m0 = v128.load(p); m1 = v128.load(p + productBytes); m2 = v128.load(p + (productBytes << 1)); m3 = v128.load(p + 3 * productBytes);
        s0 = f32x4.add(s0, m0); s1 = f32x4.add(s1, m1); s2 = f32x4.add(s2, m2); s3 = f32x4.add(s3, m3);
        const first = f32x4.add(f32x4.add(s0, s1), s2);
        v128.store(to, first);
        if (hasSecondColumn) v128.store(to + outPixelBytes, f32x4.sub(f32x4.sub(s1, s2), s3));
        if (hasSecondRow) {
          t0 = f32x4.sub(t0, m0); t1 = f32x4.sub(t1, m1); t2 = f32x4.sub(t2, m2); t3 = f32x4.sub(t3, m3);
          p += productBytes << 2;
          t0 = f32x4.sub(t0, v128.load(p)); t1 = f32x4.sub(t1, v128.load(p + productBytes));
          t2 = f32x4.sub(t2, v128.load(p + (productBytes << 1))); t3 = f32x4.sub(t3, v128.load(p + 3 * productBytes));
          const below = to + outRowBytes;
          v128.store(below, f32x4.add(f32x4.add(t0, t1), t2));
          if (hasSecondColumn) v128.store(below + outPixelBytes, f32x4.sub(f32x4.sub(t1, t2), t3));
        }
      }
    }
  }
}
