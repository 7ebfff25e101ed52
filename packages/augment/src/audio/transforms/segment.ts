import { z } from 'zod';
import { audioSettingsOf } from '../audio-input.ts';
import { defineWaveformTransform } from '../audio-transform.ts';
import { segmentOffsets, segmentSamples } from '../functional/segment.ts';

/**
 * Cuts a segment of the input's length out of a recording, without chance. A recording that is shorter comes whole,
 * with silence around it or after it.
 */
export const segment = defineWaveformTransform({
  name: 'segment',
  parameters: {
    /** Which part of a longer recording. */
    at: z.enum(['center', 'start']).default('center'),
    /** Where silence goes in a segment that is longer than the recording: at both ends, or after it. */
    padding: z.enum(['both', 'end']).default('both'),
  },
  outputSize: (size) => ({ ...size, width: size.segmentFrames }),
  apply({ samples }, { at, padding }, _random, { input }) {
    const length = audioSettingsOf(input).segmentSamples ?? samples.length;
    const last = segmentOffsets(samples.length, length) - 1;
    const offset = at === 'center' ? Math.floor(last / 2) : 0;
    return { samples: segmentSamples(samples, length, offset, padding) };
  },
});
