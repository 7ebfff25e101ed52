import { z } from 'zod';
import { audioSettingsOf } from '../audio-input.ts';
import { defineWaveformTransform } from '../audio-transform.ts';
import { segmentOffsets, segmentSamples } from '../functional/segment.ts';

/**
 * Cuts a segment of the input's length out of a random place of a recording. One that is shorter comes whole, with
 * silence around it.
 *
 * Source: Niizumi et al., 2021; nttcslab/byol-a at 3e65c92, byol_a/dataset.py.
 */
export const randomSegment = defineWaveformTransform({
  name: 'randomSegment',
  parameters: {
    /**
     * Where silence goes in a segment that is longer than the recording: at both ends alike, after it (v2 of the
     * authors' program), or so that the recording lies at a random place.
     */
    padding: z.enum(['both', 'end', 'random']).default('both'),
  },
  outputSize: (size) => ({ ...size, width: size.segmentFrames }),
  apply({ samples }, { padding }, random, { input }) {
    const length = audioSettingsOf(input).segmentSamples ?? samples.length;
    const offset = random.integer(segmentOffsets(samples.length, length));
    if (padding !== 'random') return { samples: segmentSamples(samples, length, offset, padding) };
    const before = random.integer(segmentOffsets(length, samples.length));
    const result = new Float32Array(length);
    result.set(samples.subarray(offset, offset + length), before);
    return { samples: result };
  },
});
