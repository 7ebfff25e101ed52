import { z } from 'zod';
import {
  applyTransforms,
  sizeAfter,
  transformError,
  transformObject,
  type Transform,
  type TransformCall,
} from './transform.ts';

/** The name under which `oneOf` gives a view the index of its choice. */
export const choiceTarget = 'choice';

const schemaOf = <Schema extends z.ZodType>(transformSchema: Schema) =>
  transformObject('oneOf', {
    /** Lists of transforms; an empty one leaves the value as it is. They cannot hold a `oneOf` themselves. */
    choices: z.array(z.array(transformSchema).readonly()).min(1).readonly(),
    /** `random`: each equally likely; `view`: the one with the index of the view within its group. */
    pick: z.enum(['random', 'view']).default('random'),
    /** Whether the index taken becomes the view's target `choice`, an int32 number. */
    target: z.boolean().default(false),
  });

/**
 * Takes one of several lists of transforms: a random one, or the one with the view's own index. The index can be
 * the view's target: the label of a pretext task such as rotation. Each modality has one, made of its own transforms.
 *
 * @param transformSchema of the transforms that may be chosen
 * @param describe a size in words
 */
export function createOneOf<Value, Size, Schema extends z.ZodType<{ readonly name: string }>>(
  transforms: Readonly<Record<string, Transform<Value, Size>>>,
  transformSchema: Schema,
  describe: (size: Size) => string,
): Transform<Value, Size, 'oneOf', ReturnType<typeof schemaOf<Schema>>> {
  const callsOf = (choice: readonly { readonly name: string }[]): TransformCall<Value, Size>[] =>
    choice.map((parameters) => ({
      transform: transforms[parameters.name] as Transform<Value, Size>,
      parameters,
    }));
  return {
    name: 'oneOf',
    schema: schemaOf(transformSchema),
    outputSize(input, parameters) {
      const { choices } = parameters as { choices: readonly (readonly { readonly name: string }[])[] };
      const sizes = choices.map((choice) => sizeAfter(input, callsOf(choice)));
      const [first = input] = sizes;
      const other = sizes.find((size) => describe(size) !== describe(first));
      if (other === undefined) return first;
      throw transformError(
        'oneOf',
        `its choices must give one size, got ${describe(first)} and ${describe(other)}`,
      );
    },
    apply(value, parameters, random, context) {
      const { choices, pick, target } = parameters as {
        choices: readonly (readonly { readonly name: string }[])[];
        pick: 'random' | 'view';
        target: boolean;
      };
      const index = pick === 'view' ? (context.viewIndex ?? 0) : random.integer(choices.length);
      const choice = choices[index];
      if (!choice) throw transformError('oneOf', `has ${choices.length} choices, none for view ${index}`);
      if (target) context.setTarget(choiceTarget, { shape: [], data: Int32Array.of(index) });
      return applyTransforms(value, callsOf(choice), random, context);
    },
  };
}
