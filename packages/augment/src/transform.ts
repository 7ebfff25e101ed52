import { UserError, unknownNameError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import { z } from 'zod';
import type { FloatImage, ImageSpec, RawImage } from './image.ts';

/** Where a transform is applied, for the few that need to know. */
export interface TransformContext {
  /** Index of the view within its group; absent for transforms that all views share. */
  readonly viewIndex?: number;
  /** Takes the label that a transform gives its view. */
  readonly setTarget: (target: number) => void;
}

/**
 * One kind of transform: its parameters, the size of what it makes, and what it does. Everything that there is to
 * know about it; recipes name it, `transforms` lists it.
 */
export interface Transform<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** `name` and the parameters with their defaults; unknown keys are refused. */
  readonly schema: Schema;
  /** Whether it is defined on values in [0, 1] only, and so must stand before `normalize`. */
  readonly needsUnitRange: boolean;
  /**
   * Size of the result.
   *
   * @throws UserError if it cannot be applied to an image of this size
   */
  outputSize(input: ImageSpec, parameters: z.output<Schema>): ImageSpec;
  /** Pure but for what it draws from `random`; may return `image` itself, and never writes to it. */
  apply(
    image: FloatImage,
    parameters: z.output<Schema>,
    random: Random,
    context: TransformContext,
  ): FloatImage;
  /** The same for an image that is still bytes, where that spares converting what is cut off. */
  applyToBytes?(image: RawImage, parameters: z.output<Schema>, random: Random): FloatImage;
}

type WithName<Name extends string, Shape> = Shape & { name: z.ZodLiteral<Name> };

/** What a transform's own file says of it: see `Transform`. */
interface TransformDefinition<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  /**
   * Parameters by name. One called `probability` is that of being applied at all: it is drawn before, and
   * `apply` does not see to it.
   */
  readonly parameters: Shape;
  /** Default `true`. */
  readonly needsUnitRange?: boolean;
  /** Default: the size stays. */
  readonly outputSize?: (
    input: ImageSpec,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
  ) => ImageSpec;
  readonly apply: (
    image: FloatImage,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext,
  ) => FloatImage;
  readonly applyToBytes?: (
    image: RawImage,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
  ) => FloatImage;
}

/** Makes a transform of its definition. */
export function defineTransform<const Name extends string, Shape extends z.ZodRawShape>(
  definition: TransformDefinition<Name, Shape>,
): Transform<Name, z.ZodObject<WithName<Name, Shape>>> {
  const { name, parameters } = definition;
  const shape: WithName<Name, Shape> = { name: z.literal(name), ...parameters };
  return {
    needsUnitRange: true,
    outputSize: (input) => input,
    ...definition,
    schema: z.strictObject(shape, {
      error: (issue) => {
        if (issue.code !== 'unrecognized_keys') return undefined;
        return unknownNameError(`parameter of ${name}`, issue.keys[0] as string, Object.keys(parameters))
          .message;
      },
    }),
  };
}

/** A transform with its parameters, all defaults filled in. */
export interface TransformCall {
  readonly transform: Transform;
  readonly parameters: { readonly name: string; readonly probability?: number };
}

/**
 * Applies transforms one after the other, each with its probability.
 *
 * @param convert makes a float image of one that is bytes
 */
export function applyTransforms(
  image: RawImage | FloatImage,
  calls: readonly TransformCall[],
  random: Random,
  context: TransformContext,
  convert: (image: RawImage) => FloatImage,
): FloatImage {
  let current = image;
  for (const { transform, parameters } of calls) {
    const { probability } = parameters;
    if (probability !== undefined && !random.bernoulli(probability)) continue;
    if (isRaw(current)) {
      if (transform.applyToBytes) {
        current = transform.applyToBytes(current, parameters, random);
        continue;
      }
      current = convert(current);
    }
    current = transform.apply(current, parameters, random, context);
  }
  return isRaw(current) ? convert(current) : current;
}

/**
 * Size of an image after transforms.
 *
 * @throws UserError if one cannot be applied, to an image of its size or after `normalize`
 */
export function sizeAfter(input: ImageSpec, calls: readonly TransformCall[]): ImageSpec {
  let size = input;
  let normalized = false;
  for (const { transform, parameters } of calls) {
    if (normalized && transform.needsUnitRange) {
      throw transformError(transform.name, 'needs values in [0, 1]: put it before normalize');
    }
    size = transform.outputSize(size, parameters);
    normalized ||= transform.name === 'normalize';
  }
  return size;
}

function isRaw(image: RawImage | FloatImage): image is RawImage {
  return image.data instanceof Uint8Array;
}

/** The mistake of a recipe that asks a transform for something it cannot do. */
export function transformError(name: string, problem: string): UserError {
  return new UserError(`transform ${name}: ${problem}`);
}
