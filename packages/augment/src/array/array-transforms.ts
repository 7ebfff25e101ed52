import { z } from 'zod';
import { transformsOf } from '../define-transforms.ts';
import { describeShape } from '../input-spec.ts';
import { createOneOf } from '../one-of.ts';
import { transformUnion } from '../transform-union.ts';
import { transformError, type Transform } from '../transform.ts';
import { mapValues, type ArrayValue } from './array-value.ts';

type ArrayTransform = Transform<ArrayValue, readonly number[]>;

const define = transformsOf<ArrayValue, readonly number[]>();
const probability = z.number().min(0).max(1).default(1);

/** Adds normally distributed noise to each value. */
const addNoise = define({
  name: 'addNoise',
  parameters: {
    /** Standard deviation, in units of the channel's own where the input is normalised. */
    sigma: z.number().min(0).default(0.1),
    probability,
  },
  apply(value, { sigma }, random, { input }) {
    const std = input.normalization?.std ?? [1];
    return mapValues(value, (x, index) => x + random.normal(0, sigma * (std[index % std.length] ?? 1)));
  },
});

/**
 * Replaces some values by those of another sample of the stream: draws from the marginal distribution of each value, as
 * SCARF does (Bahri et al., ICLR 2022, algorithm 1).
 */
const swapValues = define({
  name: 'swapValues',
  parameters: {
    /** Share of the values that are replaced. */
    ratio: z.number().min(0).max(1).default(0.6),
    probability,
  },
  needsPartner: true,
  apply(value, { ratio }, random, { partner }) {
    const other = partner();
    if (other.data.length !== value.data.length) {
      throw transformError(
        'swapValues',
        `needs arrays of one shape, got ${describeShape(value.shape)} and ${describeShape(other.shape)}`,
      );
    }
    return mapValues(value, (x, index) => (random.bernoulli(ratio) ? (other.data[index] as number) : x));
  },
});

/** Hides some values: they become the mean of their channel, or 0 where the input is not normalised. */
const dropValues = define({
  name: 'dropValues',
  parameters: {
    /** Share of the values that are hidden. */
    ratio: z.number().min(0).max(1).default(0.2),
    probability,
  },
  apply(value, { ratio }, random, { input }) {
    const mean = input.normalization?.mean ?? [0];
    return mapValues(value, (x, index) => (random.bernoulli(ratio) ? (mean[index % mean.length] ?? 0) : x));
  },
});

const plain = { addNoise, dropValues, swapValues };

type PlainSchema = (typeof plain)[keyof typeof plain]['schema'];

/** Every transform of arrays by its name. */
export const arrayTransforms = {
  ...plain,
  oneOf: createOneOf(
    plain as unknown as Readonly<Record<string, ArrayTransform>>,
    transformUnion<PlainSchema>(Object.values(plain)),
    describeShape,
  ),
};
