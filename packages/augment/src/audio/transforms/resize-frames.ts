import { z } from 'zod';
import { resize } from '../../image/functional/resize.ts';
import { defineSpectrogramTransform } from '../audio-transform.ts';
import type { Spectrogram } from '../spectrogram.ts';

/**
 * Resizes a spectrogram of any length to so many frames, bilinearly; where it gets shorter, frames are averaged
 * (antialias).
 */
export const resizeFrames = defineSpectrogramTransform({
  name: 'resizeFrames',
  parameters: { frames: z.int().min(1).max(65_535) },
  outputSize: (size, { frames }) => ({ ...size, width: frames }),
  apply: (spectrogram, { frames }) =>
    resize(spectrogram, [spectrogram.height, frames], {
      interpolation: 'bilinear',
      antialias: true,
    }) as Spectrogram,
});
