import { audioSettingsOf } from '../audio-input.ts';
import { defineWaveformTransform } from '../audio-transform.ts';
import { limitDynamicRange } from '../functional/limit-dynamic-range.ts';
import { segmentSamples } from '../functional/segment.ts';
import { logMelSpectrogram } from '../log-mel-spectrogram.ts';

/**
 * Makes the log-mel spectrogram of a waveform, with the settings of the input, its range of values
 * limited where they say so. A waveform that is too short for one
 * window of it gets silence around.
 */
export const logMel = defineWaveformTransform({
  name: 'logMel',
  parameters: {},
  outputSize: (size) => ({ ...size, domain: 'spectrogram' }),
  apply({ samples }, _parameters, _random, { input }) {
    const { spectrogram, dynamicRange } = audioSettingsOf(input);
    const least = spectrogram.fftSize / 2 + 1;
    const enough = samples.length < least ? segmentSamples(samples, least) : samples;
    const result = logMelSpectrogram(enough, spectrogram);
    return dynamicRange === undefined ? result : limitDynamicRange(result, dynamicRange);
  },
});
