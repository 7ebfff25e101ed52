import type { Random } from '@ssl/random';
import type { z } from 'zod';
import { transformObject, type Transform, type TransformContext, type WithName } from '../transform.ts';
import { toFloatImage } from './functional/convert.ts';
import type { FloatImage, ImageSpec, RawImage } from './image.ts';

export { transformError } from '../transform.ts';

/** An image on its way through the transforms: bytes until the first one that needs numbers. */
export type ImageValue = RawImage | FloatImage;

/** A transform of images. */
export type ImageTransform<Name extends string = string, Schema extends z.ZodType = z.ZodType> = Transform<
  ImageValue,
  ImageSpec,
  Name,
  Schema
>;

/** What a transform's own file says of it: see `Transform`. */
interface ImageTransformDefinition<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  readonly parameters: Shape;
  readonly needsPartner?: boolean;
  /** Default: the size stays. */
  readonly outputSize?: (
    input: ImageSpec,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
  ) => ImageSpec;
  readonly apply: (
    image: FloatImage,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext<ImageValue>,
  ) => FloatImage;
  /** The same for an image that is still bytes, where that spares converting what is cut off. */
  readonly applyToBytes?: (
    image: RawImage,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
  ) => FloatImage;
}

/** Makes a transform of images of its definition. Samples are in [0, 1]. */
export function defineTransform<const Name extends string, Shape extends z.ZodRawShape>(
  definition: ImageTransformDefinition<Name, Shape>,
): ImageTransform<Name, z.ZodObject<WithName<Name, Shape>>> {
  const { name, parameters, outputSize = (input) => input, applyToBytes, needsPartner } = definition;
  type Parameters = z.output<z.ZodObject<WithName<Name, Shape>>>;
  return {
    name,
    schema: transformObject(name, parameters),
    ...(needsPartner && { needsPartner }),
    outputSize: (input, values) => outputSize(input, values as Parameters),
    apply(image, values, random, context) {
      if (applyToBytes && isRaw(image)) return applyToBytes(image, values as Parameters, random);
      return definition.apply(toFloat(image), values as Parameters, random, context);
    },
  };
}

/** Whether an image is still bytes. */
export function isRaw(image: ImageValue): image is RawImage {
  return image.data instanceof Uint8Array;
}

/** Several views start from one image: its bytes are converted once. */
const converted = new WeakMap<RawImage, FloatImage>();

/** The image as numbers in [0, 1]. */
export function toFloat(image: ImageValue): FloatImage {
  if (!isRaw(image)) return image;
  let result = converted.get(image);
  if (result === undefined) {
    result = toFloatImage(image);
    converted.set(image, result);
  }
  return result;
}
