// Convolutions as matrix products, directly on NHWC tensors. An output pixel is the sum over *segments*: runs of
// `length` floats that lie next to each other in the (padded) input, e.g. the three pixels of a kernel's row times
// their channels. So forward convolutions, gradients by the input (by parity of the output pixel where the stride
// is more than 1) and plain matrix products are the same loop.

import { madd } from './fused';
import { ConvolutionPhase, ConvolveJob } from './jobs.generated';

/** Columns of a packed panel of weights. */
export const PANEL: i32 = 8;

/**
 * Packs weights `[depth, columns]` into panels of `[depth, 8]`, each `panelBytes` after the one before, zeros behind
 * the last column. Element (k, c) is at `source + k · rowBytes + c · columnBytes`.
 */
export function packPanels(
  source: usize, target: usize, depth: i32, columns: i32, rowBytes: usize, columnBytes: usize, panelBytes: usize,
): void {
  for (let first = 0; first < columns; first += PANEL, target += panelBytes) {
    const present = min(PANEL, columns - first);
    let from = source + <usize>first * columnBytes;
    let to = target;
    if (present == PANEL && columnBytes == 4) {
      for (let k = 0; k < depth; k++, from += rowBytes, to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
      continue;
    }
    let k = 0;
    if (present == PANEL && rowBytes == 4) {
      for (; k + 4 <= depth; k += 4, from += 16, to += 128) {
        transposeFour(from, columnBytes, to);
        transposeFour(from + (columnBytes << 2), columnBytes, to + 16);
      }
    }
    for (; k < depth; k++, from += rowBytes, to += 32) {
      for (let c = 0; c < PANEL; c++) {
        store<f32>(to + (<usize>c << 2), c < present ? load<f32>(from + <usize>c * columnBytes) : 0);
      }
    }
  }
}

/** Transposes four columns of four values each; rows of the result are 32 bytes apart. */
// @ts-ignore: decorator
@inline
function transposeFour(from: usize, columnBytes: usize, to: usize): void {
  const c0 = v128.load(from), c1 = v128.load(from + columnBytes);
  const c2 = v128.load(from + (columnBytes << 1)), c3 = v128.load(from + 3 * columnBytes);
  const low0 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5), low1 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const high0 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7), high1 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(low0, low1, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<i32>(low0, low1, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<i32>(high0, high1, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<i32>(high0, high1, 2, 3, 6, 7), 96);
}

/** Copies `rows` padded rows from padded row `first` on: `target[r, left + x] = image[first + r − top, x]`, else 0. */
export function padRows(
  image: usize, target: usize, first: i32, rows: i32, top: i32, left: i32,
  height: i32, width: i32, paddedWidth: i32, pixelBytes: usize,
): void {
  const paddedBytes = <usize>paddedWidth * pixelBytes;
  // Negative padding crops.
  const skip = max(0, -left);
  const copied = min(width - skip, paddedWidth - max(0, left));
  const before = <usize>max(0, left) * pixelBytes;
  const bytes = <usize>max(0, copied) * pixelBytes;
  for (let r = 0; r < rows; r++, target += paddedBytes) {
    const y = first + r - top;
    if (y < 0 || y >= height) {
      memory.fill(target, 0, paddedBytes);
      continue;
    }
    memory.fill(target, 0, before);
    memory.copy(target + before, image + (<usize>y * <usize>width + <usize>skip) * pixelBytes, bytes);
    memory.fill(target + before + bytes, 0, paddedBytes - before - bytes);
  }
}

/**
 * Works off the items [start, end) of images × bands (a band is `bandRows` rows of output).
 */
export function convolve(job: ConvolveJob, start: i32, end: i32, thread: i32): void {
  const x = job.x;
  const y = job.y;
  const bands = job.bands, bandRows = job.bandRows;
  const height = job.height, width = job.width;
  const pixelBytes = job.pixelBytes;
  const paddedWidth = job.paddedWidth, rowStep = job.rowStep;
  const columnBytesIn = <usize>job.columnStep * pixelBytes;
  const spanRows = job.spanRows;
  const direct = job.direct;
  const outImageBytes = job.outImageBytes;
  const channels = job.channels;
  const phases = job.phases;
  const phaseTable = job.phaseTable;
  const scratch = job.scratch + <usize>thread * job.scratchBytes;
  const imageBytes = <usize>height * <usize>width * pixelBytes;
  const paddedBytes = <usize>paddedWidth * pixelBytes;
  const rowBytesIn = <usize>rowStep * paddedBytes;
  for (let item = start; item < end; item++) {
    const n = item / bands;
    const firstRow = (item - n * bands) * bandRows;
    const image = x + <usize>n * imageBytes;
    const out = y + <usize>n * outImageBytes;
    let base = scratch;
    if (direct) base = image + <usize>firstRow * rowBytesIn;
    else padRows(image, scratch, firstRow * rowStep, (bandRows - 1) * rowStep + spanRows, job.top, job.left, height, width, paddedWidth, pixelBytes);
    for (let p = 0; p < phases; p++) {
      const phase = changetype<ConvolutionPhase>(phaseTable + <usize>p * offsetof<ConvolutionPhase>());
      const rows = min(bandRows, phase.rows - firstRow);
      const columns = phase.columns;
      if (rows <= 0 || columns <= 0) continue;
      const outRowBytes = phase.rowBytes, outColumnBytes = phase.columnBytes;
      const target = out + phase.firstByte + <usize>firstRow * outRowBytes;
      const segments = phase.segments;
      const length = phase.length;
      const panelBytes = <usize>(segments * length) << 5;
      let panel = phase.panels;
      for (let c = 0; c < channels; c += PANEL, panel += panelBytes) {
        panelProduct(
          base, rowBytesIn, columnBytesIn, target + (<usize>c << 2), outRowBytes, outColumnBytes,
          rows, columns, phase.offsets, segments, length, panel, min(PANEL, channels - c),
        );
      }
    }
  }
}

/** One panel of output channels for rows × columns pixels, four pixels at a time. */
function panelProduct(
  base: usize, rowBytes: usize, columnBytes: usize, out: usize, outRowBytes: usize, outColumnBytes: usize,
  rows: i32, columns: i32, offsets: usize, segments: i32, length: i32, panel: usize, present: i32,
): void {
  const pixels = rows * columns;
  const segmentBytes = <usize>length << 2;
  const toNextRow = rowBytes - <usize>columns * columnBytes;
  const outToNextRow = outRowBytes - <usize>columns * outColumnBytes;
  let p = base, q = out, column = 0;
  for (let done = 0; done < pixels; done += 4) {
    // The last tile repeats the last pixel.
    const last = pixels - done - 1;
    const p0 = p, q0 = q;
    if (last > 0) { p += columnBytes; q += outColumnBytes; if (++column == columns) { column = 0; p += toNextRow; q += outToNextRow; } }
    const p1 = p, q1 = q;
    if (last > 1) { p += columnBytes; q += outColumnBytes; if (++column == columns) { column = 0; p += toNextRow; q += outToNextRow; } }
    const p2 = p, q2 = q;
    if (last > 2) { p += columnBytes; q += outColumnBytes; if (++column == columns) { column = 0; p += toNextRow; q += outToNextRow; } }
    const p3 = p, q3 = q;
    p += columnBytes; q += outColumnBytes; if (++column == columns) { column = 0; p += toNextRow; q += outToNextRow; }

    const zero = f32x4.splat(0);
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    let w = panel;
    for (let s = 0; s < segments; s++) {
      const offset = <usize>load<i32>(offsets + (<usize>s << 2));
      let r0 = p0 + offset, r1 = p1 + offset, r2 = p2 + offset, r3 = p3 + offset;
      const stop = r0 + segmentBytes;
      while (r0 < stop) {
        let w0 = v128.load(w), w1 = v128.load(w, 16);
        let v = v128.load32_splat(r0);
        a0 = madd(v, w0, a0); a1 = madd(v, w1, a1);
        v = v128.load32_splat(r1);
        b0 = madd(v, w0, b0); b1 = madd(v, w1, b1);
        v = v128.load32_splat(r2);
        c0 = madd(v, w0, c0); c1 = madd(v, w1, c1);
        v = v128.load32_splat(r3);
        d0 = madd(v, w0, d0); d1 = madd(v, w1, d1);
        r0 += 4; r1 += 4; r2 += 4; r3 += 4; w += 32;
      }
    }
    if (present == PANEL) {
      v128.store(q0, a0); v128.store(q0, a1, 16);
      v128.store(q1, b0); v128.store(q1, b1, 16);
      v128.store(q2, c0); v128.store(q2, c1, 16);
      v128.store(q3, d0); v128.store(q3, d1, 16);
    } else {
      storePart(q0, a0, a1, present);
      storePart(q1, b0, b1, present);
      storePart(q2, c0, c1, present);
      storePart(q3, d0, d1, present);
    }
  }
}

/** Stores the first `present` (1 to 7) of eight values. */
function storePart(q: usize, low: v128, high: v128, present: i32): void {
  let rest = low;
  if (present >= 4) {
    v128.store(q, low);
    q += 16;
    present -= 4;
    rest = high;
  }
  if (present > 0) store<f32>(q, f32x4.extract_lane(rest, 0));
  if (present > 1) store<f32>(q, f32x4.extract_lane(rest, 1), 4);
  if (present > 2) store<f32>(q, f32x4.extract_lane(rest, 2), 8);
}
