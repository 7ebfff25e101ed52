import type { Random } from '@ssl/random';
import { z } from 'zod';
import { defineSpectrogramTransform, fillParameter, fillValue } from '../audio-transform.ts';
import { resizeCrop, type ResizeCropParameters, type SpectrogramSize } from '../functional/resize-crop.ts';

const canvasSide = z.number().min(1).max(16);
const scale = z
  .tuple([z.number().positive().max(16), z.number().positive().max(16)])
  .readonly()
  .refine(([low, high]) => low <= high, { error: 'the lower end must not be above the upper end' });

/**
 * Cuts a random box out of a canvas with the spectrogram in its middle and resizes it to the spectrogram's size:
 * shifts and stretches in time and frequency. The defaults are BYOL-A's.
 *
 * Source: Niizumi et al., 2021, section III-C; nttcslab/byol-a at 3e65c92, `RandomResizeCrop`.
 */
export const randomResizeCrop = defineSpectrogramTransform({
  name: 'randomResizeCrop',
  parameters: {
    /** Height and width of the canvas as multiples of the spectrogram's: `[frequency, time]`, each from 1. */
    canvasScale: z.tuple([canvasSide, canvasSide]).readonly().default([1, 1.5]),
    /** Height of the box as a multiple of the spectrogram's, `[low, high]`; clipped to the canvas. */
    frequencyScale: scale.default([0.6, 1.5]),
    /** Width of the box, likewise. */
    timeScale: scale.default([0.6, 1.5]),
    /** What is where the spectrogram does not reach. */
    fill: fillParameter,
  },
  apply(spectrogram, { fill, ...scales }, random, context) {
    return resizeCrop(spectrogram, {
      ...drawResizeCrop(spectrogram, random, scales),
      fill: fillValue(fill, context),
    });
  },
});

/** The boxes that `randomResizeCrop` cuts out. */
export interface ResizeCropScales {
  readonly canvasScale: readonly [frequency: number, time: number];
  readonly frequencyScale: readonly [low: number, high: number];
  readonly timeScale: readonly [low: number, high: number];
}

/** Draws the box of `randomResizeCrop`. */
export function drawResizeCrop(
  { height, width }: SpectrogramSize,
  random: Random,
  { canvasScale, frequencyScale, timeScale }: ResizeCropScales,
): Omit<ResizeCropParameters, 'fill'> {
  const canvas = { height: Math.floor(height * canvasScale[0]), width: Math.floor(width * canvasScale[1]) };
  const boxHeight = sideOf(height, random.uniform(...frequencyScale), canvas.height);
  const boxWidth = sideOf(width, random.uniform(...timeScale), canvas.width);
  const top = random.integer(canvas.height - boxHeight + 1);
  const left = random.integer(canvas.width - boxWidth + 1);
  return { canvas, box: { top, left, height: boxHeight, width: boxWidth } };
}

function sideOf(side: number, scale: number, most: number): number {
  return Math.min(most, Math.max(1, Math.floor(scale * side)));
}
