import type { KernelRunner } from './kernel-runner.ts';
import { panel } from './run-convolution.ts';

/** A block of the inner axis: its part of a panel takes 8 KiB of the first-level cache. */
const innerBlock = 256;
/** A band of rows, of a block's length, stays in the second-level cache. */
const mostBandRows = 128;
/** Multiplications below which another part is not worth another thread. */
const leastWork = 65_536;
/** Parts that keep all threads busy to the end. */
const manyItems = 32;
/** Inner axes from this length on are cut as well, where the product is small: it is summed in parts. */
const longInner = 2048;
/** Together, the results of all parts of the inner axis take no more. */
const partialSumBytes = 8 * 2 ** 20;

/** Products of `batches` pairs of matrices: `[rows, inner]` by `[inner, columns]`. */
export interface MatMulShape {
  readonly batches: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Whether each matrix of the left factor is `[inner, rows]`, and of the right one `[columns, inner]`. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether all batches share one left or right factor. */
  readonly sharesA: boolean;
  readonly sharesB: boolean;
}

/** Runs the kernel `matMul` on the addresses `a`, `b` and `out`. */
export function runMatMul(
  runner: KernelRunner,
  a: number,
  b: number,
  out: number,
  { batches, rows, inner, columns, transposeA, transposeB, sharesA, sharesB }: MatMulShape,
): void {
  const wanted = Math.max(1, Math.min(manyItems, Math.floor((batches * rows * inner * columns) / leastWork)));
  const paddedBytes = batches * rows * roundUp(columns, panel) * 4;
  const parts = inner < longInner ? 1 : Math.max(1, Math.min(16, Math.floor(partialSumBytes / paddedBytes)));
  const partLength = Math.ceil(inner / parts);
  const { bandRows, bandColumns } = chooseBands(rows, columns, wanted / (batches * parts));
  const rowBands = Math.ceil(rows / bandRows);
  const columnBands = Math.ceil(columns / bandColumns);
  const block = Math.ceil(partLength / Math.ceil(partLength / innerBlock));
  const scratchBytes = (block * panel + (transposeA ? block * bandRows : 0)) * 4;
  const scratch = runner.scratch(scratchBytes);
  const target = parts === 1 ? out : runner.workspace(parts * paddedBytes);
  const items = batches * parts * rowBands * columnBands;
  runner.run('matMul', items, Math.min(items, wanted * 2), {
    ...{ a, b, out: target, scratchBytes, scratch, rows, inner, columns },
    aBytes: sharesA ? 0 : rows * inner * 4,
    bBytes: sharesB ? 0 : inner * columns * 4,
    ...{ transposeA, transposeB, rowBands, bandRows, columnBands, bandColumns, block, parts, partLength },
    outBytes: paddedBytes,
    outRowBytes: (parts === 1 ? columns : roundUp(columns, panel)) * 4,
  });
  if (parts === 1) return;
  const sums = batches * rows;
  runner.run('addPartialSums', sums, Math.min(sums, 16), {
    partialSums: target,
    ...{ count: parts, bytes: paddedBytes, out, channels: columns },
  });
}

/** Halves the longer side of a product until there are `wanted` parts, or all are small. */
function chooseBands(
  rows: number,
  columns: number,
  wanted: number,
): { readonly bandRows: number; readonly bandColumns: number } {
  let rowBands = Math.ceil(rows / mostBandRows);
  let columnBands = 1;
  while (rowBands * columnBands < wanted) {
    const height = rows / rowBands;
    const width = columns / columnBands;
    if (Math.max(height, width) <= 2 * panel) break;
    if (height > width) rowBands *= 2;
    else columnBands *= 2;
  }
  return {
    bandRows: roundUp(rows / rowBands, 4),
    bandColumns: roundUp(columns / columnBands, panel),
  };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
