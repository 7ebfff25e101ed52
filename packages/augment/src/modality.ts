import type { z } from 'zod';
import type { Augmentation, AugmentationStrength } from './augmentation.ts';
import type { InputSpec, Normalization } from './input-spec.ts';
import type { Sample, SampleSpec } from './sample.ts';
import type { Transform, TransformSpec } from './transform.ts';

/** A picture for people: 8-bit RGB or grey, row-major HWC. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A sample as people look at it, or listen to it. */
export interface Preview {
  readonly picture?: Picture;
  readonly text?: string;
  /** A file that browsers play. */
  readonly sound?: { readonly mimeType: string; readonly bytes: Uint8Array };
}

/** Values of a view, ready for the network. */
export interface ViewArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * Everything that differs between kinds of samples, in one object and one folder. Trainer, checkpoint, evaluation and
 * report ask the modality and never branch on its name.
 *
 * `Value` is what its transforms work on; `Size` is what they know of a value beforehand.
 */
export interface Modality<S extends Sample = Sample, Value = unknown, Size = unknown> {
  /** As `Sample.modality`, e.g. `image`. */
  readonly name: string;
  /** One sample, in words: `image`, `recording`. */
  readonly noun: string;
  /** Every transform by its name. */
  readonly transforms: Readonly<Record<string, Transform<Value, Size>>>;
  /** Named augmentations, each with its source. */
  readonly augmentations: readonly Augmentation[];
  /** Normalisations by name, such as `imagenet`; `auto`, which is measured, is known everywhere. */
  readonly normalizations: Readonly<Record<string, Normalization>>;
  /** What a user may set of a network's input: the config's `input`. */
  readonly inputOptions: z.ZodType<Readonly<Record<string, unknown>>>;
  /**
   * What a network takes for such samples; without normalisation.
   *
   * @throws UserError if an option is missing or does not fit
   */
  inputFor(samples: SampleSpec, options: Readonly<Record<string, unknown>>): InputSpec;
  /** Name of the augmentation that `auto` means for an input. */
  defaultAugmentation(input: InputSpec, strength: AugmentationStrength): string;
  /** The transforms of a sample without augmentation, for evaluation: no chance in them. */
  evaluation(input: InputSpec): readonly TransformSpec[];
  /** The size that transforms start from: that of the samples where they share one, else the input's. */
  startSize(samples: SampleSpec, input: InputSpec): Size;
  shapeOf(size: Size): readonly number[];
  /**
   * What transforms start from.
   *
   * @throws UserError if the sample does not fit the input, e.g. by its number of channels
   */
  begin(sample: S, input: InputSpec): Value;
  /** What the network gets, normalised. */
  finish(value: Value, input: InputSpec): ViewArray;
  /** The baseline without a network. */
  raw(input: InputSpec): RawFeatures;
  /** A sample for people. */
  preview(sample: S): Preview;
  /** A view, or what a network made of one, for people: normalisation is taken back. */
  previewView(values: Float32Array | Int32Array, shape: readonly number[], input: InputSpec): Preview;
}

/** What probes get without a network: a baseline. */
export interface RawFeatures {
  /** In words: `pixels at 32×32`. */
  readonly description: string;
  /** The input to take the features from, which may be smaller than the network's. */
  readonly input: InputSpec;
  /** Of the values of one sample; default: the values themselves. */
  readonly featuresOf?: (values: Float32Array | Int32Array) => Float32Array;
}

/** A modality of any sample and value, as registries hold it. */
export type AnyModality = Modality;
