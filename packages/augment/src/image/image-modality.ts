import { UserError } from '@ssl/errors';
import type { InputSpec } from '../input-spec.ts';
import type { Modality, Picture, ViewArray } from '../modality.ts';
import type { ImageSample } from '../sample.ts';
import { imageAugmentations } from './augmentations.ts';
import { fitChannels } from './fit-channels.ts';
import { imageInputFor, imageInputOptions, imageSpecOf } from './image-input.ts';
import { imageTransforms } from './image-transforms.ts';
import { toFloat, type ImageValue } from './image-transform.ts';
import type { ImageSpec } from './image.ts';
import { cifar10Normalization, imagenetNormalization, rotnetNormalization } from './normalizations.ts';
import { normalize } from './functional/normalize.ts';
import { picture } from './picture.ts';

/** Sides at which pixels themselves are compared, at most. */
const rawSide = 32;

/** Images of any size and number of channels. */
export const imageModality: Modality<ImageSample, ImageValue, ImageSpec> = {
  name: 'image',
  noun: 'image',
  transforms: imageTransforms as unknown as Modality<ImageSample, ImageValue, ImageSpec>['transforms'],
  augmentations: imageAugmentations,
  normalizations: {
    cifar10: cifar10Normalization,
    imagenet: imagenetNormalization,
    rotnet: rotnetNormalization,
  },
  inputOptions: imageInputOptions,
  inputFor: imageInputFor,

  defaultAugmentation(input, strength) {
    const { height, width, channels } = imageSpecOf(input);
    const isSmall = Math.min(height, width) < 64;
    if (strength === 'weak') return channels === 1 && isSmall ? 'grey-small-weak' : 'crop-and-flip';
    if (channels === 3) return isSmall ? 'cifar10-small' : 'simclr-imagenet';
    if (channels === 1) return isSmall ? 'grey-small' : 'simclr-imagenet';
    return 'any-channels';
  },

  evaluation(input) {
    const { height, width } = imageSpecOf(input);
    return [
      height === width
        ? { name: 'resize', size: height }
        : { name: 'resize', size: [height, width], fit: 'cover' },
      { name: 'centerCrop', size: [height, width] },
    ];
  },

  startSize({ shape }, input) {
    const { height, width, channels } = imageSpecOf(input);
    const [rows, columns] = shape;
    return { height: rows ?? height, width: columns ?? width, channels };
  },

  shapeOf: ({ height, width, channels }) => [height, width, channels],

  begin(sample, input) {
    const image = fitChannels(toValue(sample), imageSpecOf(input).channels);
    if (image !== undefined) return image;
    throw new UserError(
      `an image of ${sample.channels} channels does not fit a network that takes ${input.shape[2]}; use images like those it was trained on`,
    );
  },

  finish: finishImage,

  raw(input) {
    const { height, width, channels } = imageSpecOf(input);
    const shape = [Math.min(rawSide, height), Math.min(rawSide, width), channels];
    return { description: `pixels at ${shape[0]}×${shape[1]}`, input: { ...input, shape } };
  },

  preview: (sample) => ({ picture: picture(toFloat(toValue(sample))) }),

  previewView: (values, shape, input) => ({ picture: denormalizedPicture(values, shape, input) }),
};

/** Bytes stay bytes, since some transforms work on them; all else becomes numbers in [0, 1]. */
function toValue({ height, width, channels, data, range }: ImageSample): ImageValue {
  const [low, high] = range;
  if (data instanceof Uint8Array && low === 0 && high === 255) return { height, width, channels, data };
  const scaled = new Float32Array(data.length);
  const span = high - low;
  for (let i = 0; i < data.length; i++) scaled[i] = ((data[i] as number) - low) / span;
  return { height, width, channels, data: scaled };
}

/** An image as the network takes it: normalised. */
export function finishImage(value: ImageValue, { normalization }: InputSpec): ViewArray {
  const image = toFloat(value);
  const { height, width, channels } = image;
  const { data } = normalization === undefined ? image : normalize(image, normalization);
  return { shape: [height, width, channels], data };
}

function denormalizedPicture(
  values: Float32Array | Int32Array,
  shape: readonly number[],
  { normalization }: InputSpec,
): Picture {
  const { height, width, channels } = imageSpecOf({ shape });
  const data = Float32Array.from(values, (value, at) => {
    const channel = at % channels;
    return value * (normalization?.std[channel] ?? 1) + (normalization?.mean[channel] ?? 0);
  });
  return picture({ height, width, channels, data });
}
