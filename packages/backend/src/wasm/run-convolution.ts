import type { ConvolutionPlan, PaddedInput, Phase } from './convolution-plan.ts';
import {
  bytesOfConvolutionPhase,
  writeConvolutionPhase,
  type ConvolutionPhase,
  type ConvolveJob,
} from './kernel-jobs.generated.ts';
import type { KernelRunner } from './kernel-runner.ts';

/** Output channels that the kernels compute at a time; packed weights are padded to a multiple of it. */
export const panel = 8;
/** A padded band stays in the second-level cache. */
const bandBytes = 192 * 1024;
/** Input and gradient of a band stay in the first-level cache. */
const gradientBandBytes = 24 * 1024;
/** Together, the partial sums of a filter's gradient take no more. */
export const partialSumBytes = 32 * 2 ** 20;

/** Where the weights are and how they lie in memory: tap after tap, in each `depth × columns`. */
export interface WeightLayout {
  readonly address: number;
  /** Bytes from a tap to the next, from an input channel to the next, from an output channel to the next. */
  readonly tapBytes: number;
  readonly depthBytes: number;
  readonly columnBytes: number;
}

/** What a pass gives. */
export interface OutputShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Runs the kernel `convolve`.
 *
 * @param x address of `[images, height, width, channels]`
 * @param y address of `[images, outHeight, outWidth, outChannels]`
 */
export function runConvolution(
  runner: KernelRunner,
  { input, phases }: ConvolutionPlan,
  x: number,
  weights: WeightLayout,
  y: number,
  out: OutputShape,
): void {
  const tables = phases.map((phase) => ({
    segments: phase.segments.length,
    depth: phase.segments.reduce((sum, { taps }) => sum + taps.length, 0) * input.channels,
  }));
  const panels = Math.ceil(out.channels / panel);
  const phaseBytes = roundUp(phases.length * bytesOfConvolutionPhase);
  const offsetBytes = roundUp(tables.reduce((sum, { segments }) => sum + segments, 0) * 4);
  const weightBytes = tables.reduce((sum, { depth }) => sum + depth, 0) * panels * panel * 4;
  const { bands, bandRows, paddedRowBytes } = chooseBands(input, phases, out.images);
  const scratchBytes = input.direct
    ? 0
    : roundUp(((bandRows - 1) * input.rowStep + input.spanRows) * paddedRowBytes);
  const scratch = runner.scratch(scratchBytes);
  const workspace = runner.workspace(phaseBytes + offsetBytes + weightBytes);
  const words = runner.words();
  const view = runner.view();

  let offsetAt = workspace + phaseBytes;
  let weightsAt = workspace + phaseBytes + offsetBytes;
  phases.forEach((phase, index) => {
    const { segments, depth } = tables[index] as { segments: number; depth: number };
    writeConvolutionPhase(
      view,
      workspace + index * bytesOfConvolutionPhase,
      phaseRecord(phase, input, out, offsetAt, weightsAt),
    );
    for (const [at, segment] of phase.segments.entries()) {
      words[offsetAt / 4 + at] = segment.row * paddedRowBytes + segment.column * input.channels * 4;
    }
    packWeights(runner, phase.segments, weights, weightsAt, {
      depth: input.channels,
      columns: out.channels,
    });
    offsetAt += segments * 4;
    weightsAt += depth * panels * panel * 4;
  });

  const items = out.images * bands;
  runner.run('convolve', items, Math.min(items, 64), {
    ...{ x, y, scratchBytes, scratch, bands, bandRows },
    ...jobInput(input),
    direct: input.direct,
    outImageBytes: out.height * out.width * out.channels * 4,
    channels: out.channels,
    phases: phases.length,
    phaseTable: workspace,
  });
}

/**
 * Runs the kernel `filterGradient`.
 *
 * @param plan the forward convolution's
 * @param x address of the input
 * @param dy address of the upstream gradient, `[images, outHeight, outWidth, channels]`
 * @param result address of `[taps, inChannels, channels]`
 */
export function runFilterGradient(
  runner: KernelRunner,
  { input, phases }: ConvolutionPlan,
  x: number,
  dy: number,
  result: number,
  out: OutputShape,
): void {
  const [phase] = phases;
  if (!phase) throw new Error('runFilterGradient: expected the plan of a forward convolution');
  const segments = phase.segments.length;
  const length = (phase.segments[0]?.taps.length ?? 0) * input.channels;
  const depth = segments * length;
  const paddedChannels = Math.ceil(out.channels / panel) * panel;
  const paddedRowBytes = input.paddedWidth * input.channels * 4;
  const gradientRowBytes = out.width * paddedChannels * 4;
  const bandRows = clamp(
    Math.floor(gradientBandBytes / (input.rowStep * paddedRowBytes + gradientRowBytes)),
    1,
    out.height,
  );
  const bandOfX = roundUp(((bandRows - 1) * input.rowStep + input.spanRows) * paddedRowBytes);
  const scratchBytes = bandOfX + roundUp(bandRows * gradientRowBytes);
  const sumBytes = depth * paddedChannels * 4;
  const chunks = clamp(Math.floor(partialSumBytes / sumBytes), 1, Math.min(16, out.images));
  const scratch = runner.scratch(scratchBytes);
  const workspace = runner.workspace(roundUp(segments * 4) + chunks * sumBytes);
  const partialSums = workspace + roundUp(segments * 4);
  const words = runner.words();
  for (const [at, segment] of phase.segments.entries()) {
    words[workspace / 4 + at] = segment.row * paddedRowBytes + segment.column * input.channels * 4;
  }
  runner.run('filterGradient', out.images, chunks, {
    ...{ x, dy, scratchBytes, scratch, bandRows },
    ...jobInput(input),
    outHeight: out.height,
    outWidth: out.width,
    channels: out.channels,
    ...{ segments, offsets: workspace, length, partialSums, bandBytes: bandOfX },
  });
  const rowsPerChunk = Math.max(1, Math.floor(8192 / (paddedChannels * chunks)));
  runner.run('addPartialSums', depth, clamp(Math.ceil(depth / rowsPerChunk), 1, 64), {
    partialSums,
    count: chunks,
    bytes: sumBytes,
    out: result,
    channels: out.channels,
  });
}

/** Packs the weights of segments into panels at `target`: in each panel tap after tap, `[depth, 8]`. */
export function packWeights(
  runner: KernelRunner,
  segments: Phase['segments'],
  weights: WeightLayout,
  target: number,
  { depth, columns }: { readonly depth: number; readonly columns: number },
): void {
  const taps = segments.flatMap((segment) => segment.taps);
  for (const [at, tap] of taps.entries()) {
    runner.exports.packPanels(
      weights.address + tap * weights.tapBytes,
      target + at * depth * panel * 4,
      depth,
      columns,
      weights.depthBytes,
      weights.columnBytes,
      taps.length * depth * panel * 4,
    );
  }
}

/** The input's part of a job. */
function jobInput(
  input: PaddedInput,
): Pick<
  ConvolveJob,
  'height' | 'width' | 'pixelBytes' | 'top' | 'left' | 'paddedWidth' | 'rowStep' | 'columnStep' | 'spanRows'
> {
  const { height, width, channels, top, left, paddedWidth, rowStep, columnStep, spanRows } = input;
  return { height, width, pixelBytes: channels * 4, top, left, paddedWidth, rowStep, columnStep, spanRows };
}

function phaseRecord(
  phase: Phase,
  input: PaddedInput,
  out: { width: number; channels: number },
  offsets: number,
  panels: number,
): ConvolutionPhase {
  const rowBytes = out.width * out.channels * 4;
  return {
    rows: phase.rows,
    columns: phase.columns,
    firstByte: phase.firstRow * rowBytes + phase.firstColumn * out.channels * 4,
    rowBytes: phase.rowStep * rowBytes,
    columnBytes: phase.columnStep * out.channels * 4,
    segments: phase.segments.length,
    offsets,
    length: (phase.segments[0]?.taps.length ?? 0) * input.channels,
    panels,
  };
}

function chooseBands(
  input: PaddedInput,
  phases: readonly Phase[],
  images: number,
): { bands: number; bandRows: number; paddedRowBytes: number } {
  const rows = Math.max(...phases.map((phase) => phase.rows));
  const paddedRowBytes = input.paddedWidth * input.channels * 4;
  const fitting = Math.floor((bandBytes / paddedRowBytes - input.spanRows) / input.rowStep) + 1;
  // Few images: enough bands for all threads.
  const shared = Math.ceil((rows * images) / 32);
  // The kernel takes four pixels at a time: with a multiple of four rows none is done twice, however many columns.
  const bandRows = clamp(roundUp(Math.min(fitting, shared), 4), 1, rows);
  return { bands: Math.ceil(rows / bandRows), bandRows, paddedRowBytes };
}

function roundUp(value: number, multiple = 16): number {
  return Math.ceil(value / multiple) * multiple;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
