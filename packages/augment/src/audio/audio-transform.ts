import type { Random } from '@ssl/random';
import { z } from 'zod';
import type { Normalization } from '../input-spec.ts';
import type { ImageTransform } from '../image/image-transform.ts';
import {
  transformError,
  transformObject,
  type Transform,
  type TransformContext,
  type WithName,
} from '../transform.ts';
import { silence, type Spectrogram } from './spectrogram.ts';

/** A recording on its way through the transforms, before it becomes a spectrogram: one channel, in [−1, 1]. */
export interface Waveform {
  readonly samples: Float32Array;
}

/** Sound on its way through the transforms: a waveform until `logMel`, a log-mel spectrogram from there on. */
export type AudioValue = Waveform | Spectrogram;

/** What is known of sound before it is read. */
export interface AudioSize {
  readonly domain: 'waveform' | 'spectrogram';
  /** Bands of the spectrogram that it is or will be. */
  readonly height: number;
  /** Its frames; `null` for whole recordings, which differ in length. */
  readonly width: number | null;
  /** Frames of a segment of the input's length. */
  readonly segmentFrames: number;
  readonly channels: 1;
}

/** A transform of sound. */
export type AudioTransform<Name extends string = string, Schema extends z.ZodType = z.ZodType> = Transform<
  AudioValue,
  AudioSize,
  Name,
  Schema
>;

interface SpectrogramTransformDefinition<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  readonly parameters: Shape;
  readonly needsPartner?: boolean;
  /** Default: the size stays. */
  readonly outputSize?: (
    input: AudioSize,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
  ) => AudioSize;
  readonly apply: (
    spectrogram: Spectrogram,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext<AudioValue>,
  ) => Spectrogram;
}

/** Makes a transform of spectrograms, which must stand after `logMel`. Values are those before normalisation. */
export function defineSpectrogramTransform<const Name extends string, Shape extends z.ZodRawShape>(
  definition: SpectrogramTransformDefinition<Name, Shape>,
): AudioTransform<Name, z.ZodObject<WithName<Name, Shape>>> {
  const { name, parameters, needsPartner, outputSize = (size) => size } = definition;
  type Parameters = z.output<z.ZodObject<WithName<Name, Shape>>>;
  return {
    name,
    schema: transformObject(name, parameters),
    ...(needsPartner && { needsPartner }),
    outputSize(size, values) {
      if (size.domain === 'spectrogram') return outputSize(size, values as Parameters);
      throw transformError(name, 'changes spectrograms, this is still a waveform; put logMel before it');
    },
    apply: (value, values, random, context) =>
      definition.apply(spectrogramOf(name, value), values as Parameters, random, context),
  };
}

interface WaveformTransformDefinition<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  readonly parameters: Shape;
  readonly outputSize: (
    input: AudioSize,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
  ) => AudioSize;
  readonly apply: (
    waveform: Waveform,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext<AudioValue>,
  ) => AudioValue;
}

/** Makes a transform of waveforms, which must stand before `logMel`, or is that. */
export function defineWaveformTransform<const Name extends string, Shape extends z.ZodRawShape>(
  definition: WaveformTransformDefinition<Name, Shape>,
): AudioTransform<Name, z.ZodObject<WithName<Name, Shape>>> {
  const { name, parameters, outputSize } = definition;
  type Parameters = z.output<z.ZodObject<WithName<Name, Shape>>>;
  return {
    name,
    schema: transformObject(name, parameters),
    outputSize(size, values) {
      if (size.domain === 'waveform') return outputSize(size, values as Parameters);
      throw transformError(name, 'takes a waveform, this is a spectrogram already; put it before logMel');
    },
    apply(value, values, random, context) {
      if (isSpectrogram(value)) throw transformError(name, 'takes a waveform; put it before logMel');
      return definition.apply(value, values as Parameters, random, context);
    },
  };
}

/** A transform of images, applied to spectrograms, which are images of one channel. */
export function onSpectrograms<Name extends string, Schema extends z.ZodType>(
  transform: ImageTransform<Name, Schema>,
): AudioTransform<Name, Schema> {
  const { name, schema } = transform;
  return {
    name,
    schema,
    outputSize(size, parameters) {
      const { height, width } = transform.outputSize(spectrogramSize(name, size), parameters);
      return { ...size, height, width };
    },
    apply: (value, parameters, random, context) =>
      transform.apply(
        spectrogramOf(name, value),
        parameters,
        random,
        context as TransformContext<never>,
      ) as Spectrogram,
  };
}

/**
 * The size of a spectrogram, all of it known.
 *
 * @throws UserError if it is still a waveform, or as long as the recording
 */
export function spectrogramSize(
  name: string,
  { domain, height, width, channels }: AudioSize,
): { readonly height: number; readonly width: number; readonly channels: 1 } {
  if (domain === 'waveform') {
    throw transformError(name, 'takes a spectrogram, this is still a waveform; put logMel before it');
  }
  if (width === null) {
    throw transformError(
      name,
      'takes spectrograms of one length; cut the recordings first, by randomSegment or segment',
    );
  }
  return { height, width, channels };
}

/** `spectrogram 64×96`, for messages. */
export function describeAudioSize({ domain, height, width }: AudioSize): string {
  return `${domain} ${height}×${width ?? '?'}`;
}

/** Whether sound is a spectrogram already. */
export function isSpectrogram(value: AudioValue): value is Spectrogram {
  return 'height' in value;
}

function spectrogramOf(name: string, value: AudioValue): Spectrogram {
  if (isSpectrogram(value)) return value;
  throw transformError(name, 'changes spectrograms, this is still a waveform; put logMel before it');
}

/**
 * What a transform writes where there is no sound: `mean` of the data, which normalisation makes 0 and the authors of
 * BYOL-A and SpecAugment take, `silence`, or a value of the spectrogram before normalisation.
 */
export const fillParameter = z.union([z.enum(['mean', 'silence']), z.number()]).default('mean');

/** The value that a `fillParameter` means. */
export function fillValue(
  fill: z.output<typeof fillParameter>,
  { input: { normalization } }: TransformContext<AudioValue>,
): number {
  if (typeof fill === 'number') return fill;
  return fill === 'silence' ? silence : meanOf(normalization);
}

/** Mean of the data, 0 where it is not known. */
export function meanOf(normalization: Normalization | undefined): number {
  return normalization?.mean[0] ?? 0;
}

/** Standard deviation of the data, 1 where it is not known: the unit of what papers do after normalisation. */
export function deviationOf({ input: { normalization } }: TransformContext<AudioValue>): number {
  return normalization?.std[0] ?? 1;
}
