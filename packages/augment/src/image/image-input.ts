import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { InputSpec } from '../input-spec.ts';
import type { SampleSpec } from '../sample.ts';
import type { ImageSpec } from './image.ts';
import { pixels } from './parameters.ts';

/** What a user may set of a network's images. */
export const imageInputOptions = z.strictObject({
  size: z
    .union([pixels, z.tuple([pixels, pixels]).readonly()])
    .optional()
    .describe('sides of the images in pixels, one number or [height, width]; default: the data set’s own'),
});

/** Height, width and channels of an input `[height, width, channels]`. */
export function imageSpecOf({ shape }: Pick<InputSpec, 'shape'>): ImageSpec {
  const [height = 0, width = 0, channels = 0] = shape;
  return { height, width, channels };
}

/**
 * What a network takes for images of a data set.
 *
 * @throws UserError if the images differ in size and none is set
 */
export function imageInputFor(samples: SampleSpec, options: Readonly<Record<string, unknown>>): InputSpec {
  const { size } = imageInputOptions.parse(options);
  const [height, width, channels] = samples.shape;
  const [rows, columns] =
    size === undefined ? [height, width] : typeof size === 'number' ? [size, size] : size;
  if (rows === null || rows === undefined || columns === null || columns === undefined) {
    throw new UserError(
      'the images of this data set differ in size: set the size that the network takes, e.g. --image-size 32 or --image-size 224',
    );
  }
  return { modality: samples.modality, shape: [rows, columns, channels ?? 3], dtype: 'float32' };
}
