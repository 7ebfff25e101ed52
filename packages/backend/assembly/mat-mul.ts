// Products of batches of matrices. A tile of four rows by eight columns is summed in registers; a block of the inner
// axis at a time, so that a panel of the right factor stays in the first-level cache and a band of the left one in the
// second-level cache. Transposed factors differ only in how they are packed.

import { PANEL, packPanels } from './convolution';
import { madd } from './fused';
import { MatMulJob } from './jobs.generated';

/** Bytes of one row of a panel. */
const PANEL_BYTES: usize = 32;

/**
 * Works off the items [start, end) of batches × parts of the inner axis × row bands × column bands. Each part of the
 * inner axis has a result of its own, for `addPartialSums`.
 */
export function matMul(job: MatMulJob, start: i32, end: i32, thread: i32): void {
  const rows = job.rows, inner = job.inner, columns = job.columns;
  const transposeA = job.transposeA, transposeB = job.transposeB;
  const rowBands = job.rowBands, bandRows = job.bandRows;
  const columnBands = job.columnBands, bandColumns = job.bandColumns;
  const block = job.block;
  const panel = job.scratch + <usize>thread * job.scratchBytes;
  const strips = panel + <usize>block * PANEL_BYTES;
  const aRowBytes = <usize>(transposeA ? rows : inner) << 2;
  const bRowBytes = <usize>(transposeB ? inner : columns) << 2;
  const parts = job.parts, partLength = job.partLength;
  const outRowBytes = job.outRowBytes;
  const bands = rowBands * columnBands;
  for (let item = start; item < end; item++) {
    const product = item / bands;
    const rowBand = (item - product * bands) / columnBands;
    const columnBand = item - product * bands - rowBand * columnBands;
    const batch = product / parts;
    const part = product - batch * parts;
    const firstInner = part * partLength, lastInner = min(inner, firstInner + partLength);
    const firstRow = rowBand * bandRows, firstColumn = columnBand * bandColumns;
    const rowsHere = min(bandRows, rows - firstRow), lastColumn = min(columns, firstColumn + bandColumns);
    const a = job.a + <usize>batch * job.aBytes;
    const b = job.b + <usize>batch * job.bBytes;
    const out = job.out + <usize>part * job.outBytes + <usize>(batch * rows + firstRow) * outRowBytes;
    for (let k = firstInner; k < lastInner; k += block) {
      const depth = min(block, lastInner - k);
      const adds = k > firstInner;
      if (transposeA) packStrips(a + <usize>k * aRowBytes + (<usize>firstRow << 2), strips, depth, rowsHere, aRowBytes);
      for (let c = firstColumn; c < lastColumn; c += PANEL) {
        const present = min(PANEL, lastColumn - c);
        if (transposeB) packPanels(b + <usize>c * bRowBytes + (<usize>k << 2), panel, depth, present, 4, bRowBytes, 0);
        else packPanels(b + <usize>k * bRowBytes + (<usize>c << 2), panel, depth, present, bRowBytes, 4, 0);
        const to = out + (<usize>c << 2);
        if (transposeA) panelOfRows(strips, 4, 16, <usize>depth << 4, panel, depth, to, outRowBytes, rowsHere, present, adds);
        else panelOfRows(a + <usize>firstRow * aRowBytes + (<usize>k << 2), aRowBytes, 4, aRowBytes << 2, panel, depth, to, outRowBytes, rowsHere, present, adds);
      }
    }
  }
}

/** Packs rows of a transposed factor into strips of `[depth, 4]`; what stands behind the last row is not read. */
function packStrips(source: usize, target: usize, depth: i32, rows: i32, rowBytes: usize): void {
  const stripBytes = <usize>depth << 4;
  let first = 0;
  // A whole line of the cache at a time: rows may lie pages apart.
  for (; first + 16 <= rows; first += 16, source += 64, target += stripBytes << 2) {
    let from = source, to = target;
    for (let k = 0; k < depth; k++, from += rowBytes, to += 16) {
      v128.store(to, v128.load(from));
      v128.store(to + stripBytes, v128.load(from, 16));
      v128.store(to + (stripBytes << 1), v128.load(from, 32));
      v128.store(to + 3 * stripBytes, v128.load(from, 48));
    }
  }
  for (; first + 4 <= rows; first += 4, source += 16, target += stripBytes) {
    let from = source, to = target;
    for (let k = 0; k < depth; k++, from += rowBytes, to += 16) v128.store(to, v128.load(from));
  }
  const present = rows - first;
  for (let k = 0; k < depth; k++, source += rowBytes, target += 16) {
    for (let r = 0; r < present; r++) store<f32>(target + (<usize>r << 2), load<f32>(source + (<usize>r << 2)));
  }
}

/**
 * Eight columns of the product for `rows` rows, four at a time: the left factor's element (r, k) of a group of four
 * is at `left + r · rowBytes + k · stepBytes`, the next group `groupBytes` on.
 */
function panelOfRows(
  left: usize, rowBytes: usize, stepBytes: usize, groupBytes: usize, panel: usize, depth: i32,
  out: usize, outRowBytes: usize, rows: i32, present: i32, adds: bool,
): void {
  const stop = panel + <usize>depth * PANEL_BYTES;
  const zero = f32x4.splat(0);
  for (let done = 0; done < rows; done += 4, left += groupBytes, out += outRowBytes << 2) {
    // The last group repeats the last row.
    const last = <usize>(rows - done - 1);
    const one = min<usize>(1, last), two = min<usize>(2, last), three = min<usize>(3, last);
    let p0 = left, p1 = left + one * rowBytes, p2 = left + two * rowBytes, p3 = left + three * rowBytes;
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    for (let w = panel; w < stop; w += PANEL_BYTES) {
      const w0 = v128.load(w), w1 = v128.load(w, 16);
      let v = v128.load32_splat(p0);
      a0 = madd(v, w0, a0); a1 = madd(v, w1, a1);
      v = v128.load32_splat(p1);
      b0 = madd(v, w0, b0); b1 = madd(v, w1, b1);
      v = v128.load32_splat(p2);
      c0 = madd(v, w0, c0); c1 = madd(v, w1, c1);
      v = v128.load32_splat(p3);
      d0 = madd(v, w0, d0); d1 = madd(v, w1, d1);
      p0 += stepBytes; p1 += stepBytes; p2 += stepBytes; p3 += stepBytes;
    }
    const q1 = out + one * outRowBytes, q2 = out + two * outRowBytes, q3 = out + three * outRowBytes;
    if (present == PANEL) {
      if (adds) {
        // All are read before any is written: rows may be the same.
        a0 = f32x4.add(v128.load(out), a0); a1 = f32x4.add(v128.load(out, 16), a1);
        b0 = f32x4.add(v128.load(q1), b0); b1 = f32x4.add(v128.load(q1, 16), b1);
        c0 = f32x4.add(v128.load(q2), c0); c1 = f32x4.add(v128.load(q2, 16), c1);
        d0 = f32x4.add(v128.load(q3), d0); d1 = f32x4.add(v128.load(q3, 16), d1);
      }
      v128.store(out, a0); v128.store(out, a1, 16);
      v128.store(q1, b0); v128.store(q1, b1, 16);
      v128.store(q2, c0); v128.store(q2, c1, 16);
      v128.store(q3, d0); v128.store(q3, d1, 16);
    } else {
      // Each row once, as adding twice would be wrong.
      storeRow(out, a0, a1, present, adds);
      if (last > 0) storeRow(q1, b0, b1, present, adds);
      if (last > 1) storeRow(q2, c0, c1, present, adds);
      if (last > 2) storeRow(q3, d0, d1, present, adds);
    }
  }
}

/** Stores, or adds, the first `present` (1 to 7) of eight values. */
function storeRow(q: usize, low: v128, high: v128, present: i32, adds: bool): void {
  let rest = low;
  if (present >= 4) {
    v128.store(q, adds ? f32x4.add(v128.load(q), low) : low);
    q += 16;
    present -= 4;
    rest = high;
  }
  if (present > 0) store<f32>(q, f32x4.extract_lane(rest, 0) + (adds ? load<f32>(q) : 0));
  if (present > 1) store<f32>(q, f32x4.extract_lane(rest, 1) + (adds ? load<f32>(q, 4) : 0), 4);
  if (present > 2) store<f32>(q, f32x4.extract_lane(rest, 2) + (adds ? load<f32>(q, 8) : 0), 8);
}
