import { z } from 'zod';
import { describeSize } from './image.ts';
import { plainTransforms, plainTransformSchema, type ResolvedPlainTransform } from './plain-transforms.ts';
import { toFloatImage } from './functional/convert.ts';
import {
  applyTransforms,
  defineTransform,
  sizeAfter,
  transformError,
  type TransformCall,
} from './transform.ts';

const plainCall = (parameters: ResolvedPlainTransform): TransformCall => ({
  transform: plainTransforms[parameters.name],
  parameters,
});

/**
 * Takes one of several lists of transforms: a random one, or the one with the view's own index. The index can be
 * the view's target: the label of a pretext task such as rotation.
 */
export const oneOf = defineTransform({
  name: 'oneOf',
  parameters: {
    /** Lists of transforms; an empty one leaves the image as it is. They cannot hold a `oneOf` themselves. */
    choices: z.array(z.array(plainTransformSchema).readonly()).min(1).readonly(),
    /** `random`: each equally likely; `view`: the one with the index of the view within its group. */
    pick: z.enum(['random', 'view']).default('random'),
    /** Whether the index taken becomes the view's target. */
    target: z.boolean().default(false),
  },
  needsUnitRange: false,
  outputSize(input, { choices }) {
    const sizes = choices.map((choice) => sizeAfter(input, choice.map(plainCall)));
    const [first = input] = sizes;
    const other = sizes.find((size) => describeSize(size) !== describeSize(first));
    if (!other) return first;
    throw transformError(
      'oneOf',
      `its choices must give one size, got ${describeSize(first)} and ${describeSize(other)}`,
    );
  },
  apply(image, { choices, pick, target }, random, context) {
    const index = pick === 'view' ? (context.viewIndex ?? 0) : random.integer(choices.length);
    const choice = choices[index];
    if (!choice) throw transformError('oneOf', `has ${choices.length} choices, none for view ${index}`);
    if (target) context.setTarget(index);
    return applyTransforms(image, choice.map(plainCall), random, context, toFloatImage);
  },
});
