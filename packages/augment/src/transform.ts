import { UserError, unknownNameError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import { z } from 'zod';
import type { InputSpec } from './input-spec.ts';

/** A target that a transform gives its view: a class, a mask, an order, the input before it was changed. */
export interface ViewTarget {
  /** Without the batch axis; `[]` for a single number. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Where a transform is applied, for the few that need to know. */
export interface TransformContext<Value = unknown> {
  /** What the network takes. */
  readonly input: InputSpec;
  /** Index of the view within its group; absent for transforms that several views share. */
  readonly viewIndex?: number;
  /** Gives the view a target under a name. */
  readonly setTarget: (name: string, target: ViewTarget) => void;
  /**
   * Another sample of the stream, after the same transforms as this one has been through: for transforms with
   * `needsPartner`.
   */
  readonly partner: () => Value;
}

/** A transform and its parameters, as JSON: `{ name: 'resize', size: 32 }`. */
export interface TransformSpec {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

/**
 * One kind of transform: its parameters, the size of what it makes, and what it does. Everything that there is to
 * know about it; recipes name it, its modality lists it.
 *
 * `Value` is what the transforms of a modality work on, `Size` what they know of it beforehand.
 */
export interface Transform<
  Value = unknown,
  Size = unknown,
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
> {
  readonly name: Name;
  /** `name` and the parameters with their defaults; unknown keys are refused. */
  readonly schema: Schema;
  /** Whether it mixes in another sample, which then is read before the transform is applied. */
  readonly needsPartner?: boolean;
  /**
   * Size of the result.
   *
   * @throws UserError if it cannot be applied to a value of this size
   */
  outputSize(input: Size, parameters: z.output<Schema>): Size;
  /** Pure but for what it draws from `random`; may return `value` itself, and never writes to it. */
  apply(value: Value, parameters: z.output<Schema>, random: Random, context: TransformContext<Value>): Value;
}

/** What a transform's schema allows, with its name. */
export type WithName<Name extends string, Shape> = Shape & { name: z.ZodLiteral<Name> };

/**
 * The schema of a transform: its name and its parameters. One called `probability` is that of being applied at all: it
 * is drawn before, and `apply` does not see to it.
 */
export function transformObject<const Name extends string, Shape extends z.ZodRawShape>(
  name: Name,
  parameters: Shape,
): z.ZodObject<WithName<Name, Shape>> {
  const shape: WithName<Name, Shape> = { name: z.literal(name), ...parameters };
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return unknownNameError(`parameter of ${name}`, issue.keys[0] as string, Object.keys(parameters))
        .message;
    },
  });
}

/** A transform with its parameters, all defaults filled in. */
export interface TransformCall<Value = unknown, Size = unknown> {
  readonly transform: Transform<Value, Size>;
  readonly parameters: { readonly name: string; readonly probability?: number };
}

/** Applies transforms one after the other, each with its probability. */
export function applyTransforms<Value>(
  value: Value,
  calls: readonly TransformCall<Value>[],
  random: Random,
  context: TransformContext<Value>,
): Value {
  let current = value;
  for (const { transform, parameters } of calls) {
    const { probability } = parameters;
    if (probability !== undefined && !random.bernoulli(probability)) continue;
    current = transform.apply(current, parameters, random, context);
  }
  return current;
}

/**
 * Size of a value after transforms.
 *
 * @throws UserError if one cannot be applied to a value of its size
 */
export function sizeAfter<Size>(input: Size, calls: readonly TransformCall<unknown, Size>[]): Size {
  return calls.reduce((size, { transform, parameters }) => transform.outputSize(size, parameters), input);
}

/** The mistake of a recipe that asks a transform for something it cannot do. */
export function transformError(name: string, problem: string): UserError {
  return new UserError(`transform ${name}: ${problem}`);
}
