import type { Random } from '@ssl/random';
import type { z } from 'zod';
import { transformObject, type Transform, type TransformContext, type WithName } from './transform.ts';

/** What a transform's own file says of it: see `Transform`. */
interface TransformDefinition<Value, Size, Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  /** By name. One called `probability` is drawn before: `apply` does not see to it. */
  readonly parameters: Shape;
  readonly needsPartner?: boolean;
  /** Default: the size stays. */
  readonly outputSize?: (input: Size, parameters: z.output<z.ZodObject<WithName<Name, Shape>>>) => Size;
  readonly apply: (
    value: Value,
    parameters: z.output<z.ZodObject<WithName<Name, Shape>>>,
    random: Random,
    context: TransformContext<Value>,
  ) => Value;
}

/**
 * A function that defines transforms of one kind of value, whose parameters have the types of their schema:
 *
 *     const define = transformsOf<Series, number[]>();
 *     const jitter = define({ name: 'jitter', parameters: { sigma: z.number() }, apply: (series, { sigma }, random) => … });
 */
export function transformsOf<Value, Size>() {
  return <const Name extends string, Shape extends z.ZodRawShape>(
    definition: TransformDefinition<Value, Size, Name, Shape>,
  ): Transform<Value, Size, Name, z.ZodObject<WithName<Name, Shape>>> => {
    const { name, parameters, needsPartner, outputSize = (input: Size) => input, apply } = definition;
    type Parameters = z.output<z.ZodObject<WithName<Name, Shape>>>;
    return {
      name,
      schema: transformObject(name, parameters),
      ...(needsPartner && { needsPartner }),
      outputSize: (input, values) => outputSize(input, values as Parameters),
      apply: (value, values, random, context) => apply(value, values as Parameters, random, context),
    };
  };
}
