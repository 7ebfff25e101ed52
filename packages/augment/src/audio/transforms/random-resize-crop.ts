import type { Random } from '@ssl/random';

import { resizeCrop, type ResizeCropParameters, type SpectrogramSize } from '../functional/resize-crop.ts';
import type { Spectrogram } from '../spectrogram.ts';

/** The boxes that are cut out; the defaults are BYOL-A's. */
export interface RandomResizeCropOptions {
  /** Height and width of the canvas as multiples of the spectrogram's, from 1. Default `[1, 1.5]`. */
  readonly canvasScale?: readonly [frequency: number, time: number];
  /** Height of the box as a multiple of the spectrogram's. Default `[0.6, 1.5]`; clipped to the canvas. */
  readonly frequencyScale?: readonly [low: number, high: number];
  /** Width of the box as a multiple of the spectrogram's. Default `[0.6, 1.5]`; clipped to the canvas. */
  readonly timeScale?: readonly [low: number, high: number];
  /** See `ResizeCropParameters`. Default 0. */
  readonly fill?: number;
}

/**
 * Cuts a random box out of a canvas with the spectrogram in its middle and resizes it to the spectrogram's size.
 *
 * Source: Niizumi et al., 2021, section III-C; nttcslab/byol-a at 3e65c92, `RandomResizeCrop`.
 */
export function randomResizeCrop(
  spectrogram: Spectrogram,
  random: Random,
  options: RandomResizeCropOptions = {},
): Spectrogram {
  return resizeCrop(spectrogram, drawResizeCrop(spectrogram, random, options));
}

/** Draws the box of `randomResizeCrop`. */
export function drawResizeCrop(
  { height, width }: SpectrogramSize,
  random: Random,
  {
    canvasScale = [1, 1.5],
    frequencyScale = [0.6, 1.5],
    timeScale = [0.6, 1.5],
    fill = 0,
  }: RandomResizeCropOptions = {},
): ResizeCropParameters {
  const canvas = { height: Math.floor(height * canvasScale[0]), width: Math.floor(width * canvasScale[1]) };
  const boxHeight = sideOf(height, random.uniform(...frequencyScale), canvas.height);
  const boxWidth = sideOf(width, random.uniform(...timeScale), canvas.width);
  const top = random.integer(canvas.height - boxHeight + 1);
  const left = random.integer(canvas.width - boxWidth + 1);
  return { canvas, box: { top, left, height: boxHeight, width: boxWidth }, fill };
}

function sideOf(side: number, scale: number, most: number): number {
  return Math.min(most, Math.max(1, Math.floor(scale * side)));
}
