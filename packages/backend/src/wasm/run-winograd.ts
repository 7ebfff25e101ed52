import type { ConvolutionPlan } from './convolution-plan.ts';
import type { WinogradConvolveJob } from './kernel-jobs.generated.ts';
import type { KernelRunner } from './kernel-runner.ts';
import {
  packWeights,
  panel,
  partialSumBytes,
  type OutputShape,
  type WeightLayout,
} from './run-convolution.ts';

/** Transformed inputs of a band stay in the second-level cache. */
const planesBytes = 160 * 1024;
/** Below, transforms cost more than the products they save. */
const fewestChannels = 16;

/** How a 3×3 convolution of stride 1 is cut into tiles of 2×2 outputs. */
interface Tiling {
  readonly rows: number;
  readonly columns: number;
  /** Rows of tiles in a band, and bands in an image. */
  readonly bandRows: number;
  readonly bands: number;
  /** Bytes of a padded band, and of its tiles in one plane of transformed inputs. */
  readonly bandBytes: number;
  readonly planeBytes: number;
}

/**
 * Whether minimal filtering (assembly/winograd.ts) can take the place of a pass of the kernel `convolve`: 3×3 taps
 * next to each other, stride 1, and enough channels.
 */
export function suitsWinograd({ input, phases }: ConvolutionPlan, channels: number): boolean {
  const [phase, another] = phases;
  if (phase === undefined || another !== undefined) return false;
  const { segments } = phase;
  return (
    input.rowStep === 1 &&
    input.columnStep === 1 &&
    phase.rowStep === 1 &&
    phase.columnStep === 1 &&
    segments.length === 3 &&
    segments.every(({ row, column, taps }, at) => row === at && column === 0 && taps.length === 3) &&
    input.channels % 4 === 0 &&
    channels % panel === 0 &&
    Math.min(input.channels, channels) >= fewestChannels
  );
}

/** As `runConvolution`, for a plan that suits. */
export function runWinograd(
  runner: KernelRunner,
  plan: ConvolutionPlan,
  x: number,
  weights: WeightLayout,
  y: number,
  out: OutputShape,
): void {
  const { input } = plan;
  const panels = out.channels / panel;
  const { bands, bandRows, bandBytes, planeBytes, columns } = tile(input, out, 1);
  const productBytes = (planeBytes / (input.channels * 4)) * panel * 4;
  const scratchBytes = bandBytes + 16 * (planeBytes + productBytes);
  const scratch = runner.scratch(scratchBytes);
  const tapBytes = input.channels * out.channels * 4;
  const packed = runner.workspace((9 + 16) * tapBytes);
  const filters = packed + 9 * tapBytes;
  packWeights(runner, (plan.phases[0] as ConvolutionPlan['phases'][number]).segments, weights, packed, {
    depth: input.channels,
    columns: out.channels,
  });
  runner.run('winogradFilters', panels, Math.min(panels, 16), {
    packed,
    target: filters,
    depth: input.channels,
  });
  const items = out.images * bands;
  runner.run('winogradConvolve', items, Math.min(items, 64), {
    ...{ x, y, scratchBytes, scratch, bands, bandRows },
    ...jobInput(input, columns, out),
    ...{ filters, bandBytes, planeBytes },
  });
}

/** As `runFilterGradient`, for the plan of a forward convolution that suits. */
export function runWinogradFilterGradient(
  runner: KernelRunner,
  { input }: ConvolutionPlan,
  x: number,
  dy: number,
  result: number,
  out: OutputShape,
): void {
  const one = tile(input, out, 1);
  const pixelBytes = input.channels * 4;
  const perPlane = planesBytes / 16 / pixelBytes;
  const together =
    one.bands > 1 ? 1 : Math.max(1, Math.min(out.images, Math.floor(perPlane / (one.rows * one.columns))));
  const { bands, bandRows, bandBytes, planeBytes, columns } = tile(input, out, together);
  const gradientBytes = (planeBytes / pixelBytes) * out.channels * 4;
  const scratchBytes = bandBytes + 16 * (planeBytes + gradientBytes);
  const sumBytes = 16 * pixelBytes * out.channels;
  const chunks = Math.max(1, Math.min(16, out.images, Math.floor(partialSumBytes / sumBytes)));
  const scratch = runner.scratch(scratchBytes);
  const partialSums = runner.workspace((chunks + 1) * sumBytes);
  const sums = partialSums + chunks * sumBytes;
  runner.run('winogradFilterGradient', out.images, chunks, {
    ...{ x, dy, scratchBytes, scratch, bands, bandRows },
    ...jobInput(input, columns, out),
    ...{ partialSums, bandBytes, planeBytes, together },
  });
  const rows = 16 * input.channels;
  runner.run('addPartialSums', rows, Math.min(rows, 16), {
    ...{ partialSums, count: chunks, bytes: sumBytes },
    out: sums,
    channels: out.channels,
  });
  runner.run('winogradFilterResult', input.channels, Math.min(input.channels, 8), {
    ...{ sums, out: result },
    depth: input.channels,
    channels: out.channels,
  });
}

/** @param together images whose tiles share a plane */
function tile(input: ConvolutionPlan['input'], out: OutputShape, together: number): Tiling {
  const rows = Math.ceil(out.height / 2);
  const columns = Math.ceil(out.width / 2);
  const pixelBytes = input.channels * 4;
  const fitting = Math.floor(planesBytes / (16 * columns * pixelBytes));
  // Few images: enough bands for all threads.
  const shared = Math.ceil((rows * out.images) / 32);
  const bandRows = together > 1 ? rows : Math.max(1, Math.min(fitting, shared, rows));
  const tiles = bandRows * columns * together;
  return {
    rows,
    columns,
    bandRows,
    bands: Math.ceil(rows / bandRows),
    bandBytes: (2 * bandRows + 2) * (2 * columns + 2) * pixelBytes,
    // The kernel takes four tiles at a time.
    planeBytes: Math.ceil(tiles / 4) * 4 * pixelBytes,
  };
}

/** The input's part of a job. */
function jobInput(
  { height, width, channels, top, left }: ConvolutionPlan['input'],
  columns: number,
  out: OutputShape,
): Pick<
  WinogradConvolveJob,
  'height' | 'width' | 'pixelBytes' | 'top' | 'left' | 'columns' | 'outHeight' | 'outWidth' | 'channels'
> {
  return {
    ...{ height, width, pixelBytes: channels * 4, top, left, columns },
    outHeight: out.height,
    outWidth: out.width,
    channels: out.channels,
  };
}
