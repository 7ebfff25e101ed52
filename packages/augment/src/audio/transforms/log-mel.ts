import { audioSettingsOf } from '../audio-input.ts';
import { defineWaveformTransform } from '../audio-transform.ts';
import { segmentSamples } from '../functional/segment.ts';
import { logMelSpectrogram } from '../log-mel-spectrogram.ts';

/**
 * Makes the log-mel spectrogram of a waveform, with the settings of the input. A waveform that is too short for one
 * window of it gets silence around.
 */
export const logMel = defineWaveformTransform({
  name: 'logMel',
  parameters: {},
  outputSize: (size) => ({ ...size, domain: 'spectrogram' }),
  apply({ samples }, _parameters, _random, { input }) {
    const { spectrogram } = audioSettingsOf(input);
    const least = spectrogram.fftSize / 2 + 1;
    return logMelSpectrogram(samples.length < least ? segmentSamples(samples, least) : samples, spectrogram);
  },
});
