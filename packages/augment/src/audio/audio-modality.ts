import { UserError } from '@ssl/errors';
import { normalize } from '../image/functional/normalize.ts';
import { resize } from '../image/functional/resize.ts';
import type { Modality, Preview } from '../modality.ts';
import type { AudioSample } from '../sample.ts';
import { audioAugmentations } from './audio-augmentations.ts';
import { audioInputFor, audioInputOptions, audioSettingsOf } from './audio-input.ts';
import { isSpectrogram, spectrogramSize, type AudioSize, type AudioValue } from './audio-transform.ts';
import { audioTransforms } from './audio-transforms.ts';
import { encodeWav } from './encode-wav.ts';
import { segmentSamples } from './functional/segment.ts';
import { trimSilence } from './functional/trim-silence.ts';
import { logMelSpectrogram } from './log-mel-spectrogram.ts';
import { melSettingsFor } from './mel-settings.ts';
import { resample } from './resample.ts';
import { spectrogramPicture } from './spectrogram-picture.ts';
import { silence } from './spectrogram.ts';

/** Frames that spectrograms are resized to where they themselves are compared. */
const rawFrames = 32;
/** Loudest values in pictures, in log-mel: louder ones look alike. */
const loudest = 2;
/** What a preview shows and plays of a recording at most, in seconds. */
const mostPreviewSeconds = 10;

/** Sound of one channel, which networks take as log-mel spectrograms. */
export const audioModality: Modality<AudioSample, AudioValue, AudioSize> = {
  name: 'audio',
  noun: 'recording',
  transforms: audioTransforms as unknown as Modality<AudioSample, AudioValue, AudioSize>['transforms'],
  augmentations: audioAugmentations,
  normalizations: {},
  inputOptions: audioInputOptions,
  inputFor: audioInputFor,

  defaultAugmentation: (_input, strength) => (strength === 'weak' ? 'segments' : 'byol-a'),

  evaluation: (input) =>
    audioSettingsOf(input).segmentSamples === null
      ? [{ name: 'logMel' }, { name: 'resizeFrames', frames: input.shape[1] }]
      : [{ name: 'segment' }, { name: 'logMel' }],

  startSize: (_samples, { shape: [height = 0, segmentFrames = 0] }) => ({
    domain: 'waveform',
    ...{ height, width: null, segmentFrames, channels: 1 },
  }),

  shapeOf(size) {
    const { height, width, channels } = spectrogramSize('the network', size);
    return [height, width, channels];
  },

  begin({ sampleRate, data }, input) {
    const { spectrogram, trim } = audioSettingsOf(input);
    const samples = resample(data, sampleRate, spectrogram.sampleRate);
    if (trim === undefined) return { samples };
    const { windowSize, hop } = spectrogram;
    return { samples: trimSilence(samples, { decibels: trim, windowSize, hop }) };
  },

  finish(value, { normalization }) {
    if (!isSpectrogram(value)) {
      throw new UserError('views of recordings must be spectrograms: add logMel to their transforms');
    }
    const { height, width, channels } = value;
    const { data } = normalization === undefined ? value : normalize(value, normalization);
    return { shape: [height, width, channels], data };
  },

  raw(input) {
    const [bands = 0] = input.shape;
    const trimmed = audioSettingsOf(input).trim === undefined ? '' : ' without the silence around them';
    return {
      description: `log-mel spectrograms of whole recordings${trimmed}, resized to ${rawFrames} frames`,
      input: { ...input, shape: [bands, rawFrames, 1], segmentSamples: null },
    };
  },

  preview: previewOf,

  previewView(values, [height = 0, width = 0], input) {
    const { normalization } = input;
    const { dynamicRange } = audioSettingsOf(input);
    const [mean = 0] = normalization?.mean ?? [];
    const [std = 1] = normalization?.std ?? [];
    const data = Float32Array.from(values, (value) => value * std + mean);
    const range: readonly [number, number] =
      dynamicRange === undefined ? [silence, loudest] : [-dynamicRange * (Math.LN10 / 10), 0];
    return { picture: spectrogramPicture({ height, width, channels: 1, data }, range) };
  },
};

/** Its spectrogram as a square, whatever its duration, and its sound as a WAV file. */
function previewOf({ sampleRate, data }: AudioSample): Preview {
  const shown = data.subarray(0, Math.round(mostPreviewSeconds * sampleRate));
  const settings = melSettingsFor(sampleRate);
  const least = settings.fftSize / 2 + 1;
  const spectrogram = logMelSpectrogram(
    shown.length < least ? segmentSamples(shown, least) : shown,
    settings,
  );
  const side = spectrogram.height;
  const square = resize(spectrogram, [side, side], { interpolation: 'bilinear', antialias: true });
  return {
    picture: spectrogramPicture({ ...square, channels: 1 }, [silence, loudest]),
    sound: { mimeType: 'audio/wav', bytes: encodeWav(shown, sampleRate) },
  };
}
