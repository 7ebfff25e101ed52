import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { InputSpec } from '../input-spec.ts';
import type { SampleSpec } from '../sample.ts';
import { melFilterbank } from './mel-filterbank.ts';
import { resolveMelSettings, type MelSettings } from './mel-settings.ts';

/** What a user may set of the spectrograms that a network takes. */
export const audioInputOptions = z.strictObject({
  seconds: z
    .number()
    .positive()
    .max(600)
    .optional()
    .describe(
      'length of a segment; default: that of nine recordings in ten, at most 2 s, in whole multiples of 16 frames',
    ),
  melBands: z.int().min(1).max(1024).default(64).describe('frequency bands of the spectrogram'),
  sampleRate: z
    .int()
    .min(1000)
    .max(384_000)
    .optional()
    .describe('in Hz, to which all recordings are resampled; default: the data set’s'),
  frames: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'whole recordings, whatever their duration, resized to so many frames; default: segments of one duration',
    ),
  trim: z
    .number()
    .positive()
    .optional()
    .describe(
      'cuts off both ends of a recording where they are so many decibels below its loudest moment, e.g. 25; default: nothing',
    ),
  dynamicRange: z
    .number()
    .positive()
    .optional()
    .describe(
      'decibels below the loudest value of a spectrogram at which its values level off, which also takes away its loudness, e.g. 40; default: none',
    ),
});

/** What a network takes of sound, besides a shape. */
export interface AudioSettings {
  /** Samples of the waveform in a view; `null`: the whole recording, whatever its length. */
  readonly segmentSamples: number | null;
  readonly spectrogram: MelSettings;
  /** Decibels below its loudest moment at which the ends of a recording are cut off; left out: nothing is. */
  readonly trim?: number;
  /** Decibels below its loudest value at which those of a spectrogram level off; left out: they do not. */
  readonly dynamicRange?: number;
}

/** Longest segment that is chosen without being asked for, in seconds. */
const mostSeconds = 2;
/** Segments get a multiple of so many frames by default, which the patches of transformers divide. */
const frameMultiple = 16;

/**
 * What a network takes for recordings: log-mel spectrograms `[melBands, frames, 1]` of segments of one length, or of
 * whole recordings that are resized to `frames`. The settings of the spectrogram are BYOL-A's at any sample rate
 * (`melSettingsFor`).
 *
 * @throws UserError if the segment is shorter than one window of the spectrogram, there are too many bands, or both
 * `seconds` and `frames` are given
 */
export function audioInputFor(samples: SampleSpec, given: Readonly<Record<string, unknown>>): InputSpec {
  const { seconds, frames, melBands, trim, dynamicRange, ...options } = audioInputOptions.parse(given);
  const sampleRate = options.sampleRate ?? numberOf(samples['sampleRate']);
  if (seconds !== undefined && frames !== undefined) {
    throw new UserError(
      'input.seconds cuts segments, and input.frames takes whole recordings: set one of them',
    );
  }
  if (sampleRate === undefined) {
    throw new UserError(
      'the data set does not say its sample rate: set it, e.g. --set input.sampleRate=16000',
    );
  }
  const spectrogram = resolveMelSettings({ sampleRate, melBands });
  melFilterbank(spectrogram); // Complains of bands that are too narrow.
  const common = {
    modality: samples.modality,
    dtype: 'float32',
    spectrogram,
    ...(trim !== undefined && { trim }),
    ...(dynamicRange !== undefined && { dynamicRange }),
  } as const;
  if (frames !== undefined) return { ...common, shape: [melBands, frames, 1], segmentSamples: null };
  const { hop, windowSize } = spectrogram;
  const segmentSamples =
    seconds === undefined
      ? hop * (defaultFrames(numberOf(samples['seconds']), spectrogram) - 1)
      : Math.round(seconds * sampleRate);
  if (segmentSamples < windowSize) {
    throw new UserError(
      `input.seconds: segments must be at least ${windowSize / sampleRate} s long, one window of the spectrogram, got ${seconds}`,
    );
  }
  return { ...common, shape: [melBands, framesOf(segmentSamples, spectrogram), 1], segmentSamples };
}

/** Frames of the spectrogram of so many samples. */
export function framesOf(samples: number, { hop }: MelSettings): number {
  return 1 + Math.floor(samples / hop);
}

/**
 * The settings of an input of sound.
 *
 * @throws UserError if the input has none
 */
export function audioSettingsOf(input: InputSpec): AudioSettings {
  const { segmentSamples, spectrogram, trim, dynamicRange } = input as InputSpec & Partial<AudioSettings>;
  if (spectrogram !== undefined && segmentSamples !== undefined) {
    return {
      ...{ segmentSamples, spectrogram },
      ...(trim !== undefined && { trim }),
      ...(dynamicRange !== undefined && { dynamicRange }),
    };
  }
  throw new UserError('the input has no settings of a spectrogram: it was not made for recordings');
}

function defaultFrames(seconds = 1, { sampleRate, hop }: MelSettings): number {
  const multiples = (count: number): number => (count * sampleRate) / hop / frameMultiple;
  const most = Math.max(1, Math.floor(multiples(mostSeconds)));
  return frameMultiple * Math.min(most, Math.max(1, Math.round(multiples(seconds))));
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}
