import type { Random } from '@ssl/random';
import { z } from 'zod';
import { transformObject, type Transform, type TransformContext, type WithName } from '../transform.ts';

/** What transforms know of a sequence beforehand. */
export interface TokenSize {
  readonly length: number;
}

/** A transform of sequences of token ids. */
export type TokenTransform<Name extends string = string, Schema extends z.ZodType = z.ZodType> = Transform<
  Int32Array,
  TokenSize,
  Name,
  Schema
>;

/** What a transform's own file says of it: see `Transform`. */
interface TokenTransformDefinition<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  readonly parameters: Shape;
  /** Default: the size stays. */
  readonly outputSize?: (
    input: TokenSize,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
  ) => TokenSize;
  readonly apply: (
    ids: Int32Array,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext<Int32Array>,
  ) => Int32Array;
}

/** Makes a transform of token ids of its definition. */
export function defineTokenTransform<const Name extends string, Shape extends z.ZodRawShape>(
  definition: TokenTransformDefinition<Name, Shape>,
): TokenTransform<Name, z.ZodObject<WithName<Name, Shape>>> {
  const { name, parameters, outputSize = (input) => input, apply } = definition;
  type Parameters = z.output<z.ZodObject<WithName<Name, Shape>>>;
  return {
    name,
    schema: transformObject(name, parameters),
    outputSize: (input, values) => outputSize(input, values as Parameters),
    apply: (ids, values, random, context) => apply(ids, values as Parameters, random, context),
  };
}

/** Tokens of a sequence: an integer from 1. */
export const tokenCount = z.int().min(1).max(1_048_576);
