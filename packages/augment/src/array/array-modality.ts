import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { Augmentation } from '../augmentation.ts';
import { describeShape, isSameShape, type InputSpec } from '../input-spec.ts';
import type { Modality, Preview } from '../modality.ts';
import type { ArraySample } from '../sample.ts';
import { arrayTransforms } from './array-transforms.ts';
import type { ArrayValue } from './array-value.ts';

const noNeeds = (): undefined => undefined;

const scarf: Augmentation = {
  name: 'scarf',
  description: 'three of five values come from another sample',
  source: 'Bahri et al., ICLR 2022, algorithm 1',
  strength: 'strong',
  needs: noNeeds,
  recipe: () => ({ view: [{ name: 'swapValues', ratio: 0.6 }] }),
};

const noise: Augmentation = {
  name: 'noise',
  description: 'noise of a tenth of each channel’s deviation',
  source: 'this project',
  strength: 'weak',
  needs: noNeeds,
  recipe: () => ({ view: [{ name: 'addNoise', sigma: 0.1 }] }),
};

/** Values that a preview shows. */
const shownValues = 8;

/** Arrays of numbers of one shape: rows of tables, feature vectors, measurements. */
export const arrayModality: Modality<ArraySample, ArrayValue, readonly number[]> = {
  name: 'array',
  noun: 'array',
  transforms: arrayTransforms as unknown as Modality<
    ArraySample,
    ArrayValue,
    readonly number[]
  >['transforms'],
  augmentations: [scarf, noise],
  normalizations: {},
  inputOptions: z.strictObject({}),

  inputFor({ modality, shape }): InputSpec {
    if (shape.some((size) => size === null)) {
      throw new UserError('the arrays of this data set differ in shape: bring them to one shape first');
    }
    return { modality, shape: shape as readonly number[], dtype: 'float32' };
  },

  defaultAugmentation: (_input, strength) => (strength === 'weak' ? 'noise' : 'scarf'),
  evaluation: () => [],
  startSize: (_samples, { shape }) => shape,
  shapeOf: (shape) => shape,

  begin({ shape, data }, input) {
    if (isSameShape(shape, input.shape)) return { shape, data };
    throw new UserError(
      `an array of ${describeShape(shape)} does not fit a network that takes ${describeShape(input.shape)}`,
    );
  },

  finish({ shape, data }, { normalization }) {
    if (normalization === undefined) return { shape, data };
    const { mean, std } = normalization;
    const channels = mean.length;
    const normalized = Float32Array.from(
      data,
      (value, at) => (value - (mean[at % channels] as number)) / (std[at % channels] as number),
    );
    return { shape, data: normalized };
  },

  raw: (input) => ({ description: `the values themselves (${describeShape(input.shape)})`, input }),
  preview: ({ shape, data }) => describe(shape, data),
  previewView(values, shape, { normalization }) {
    const channels = normalization?.mean.length ?? 1;
    const raw = Float32Array.from(
      values,
      (value, at) =>
        value * (normalization?.std[at % channels] ?? 1) + (normalization?.mean[at % channels] ?? 0),
    );
    return describe(shape, raw);
  },
};

/** `12×3: 0.1, −2.4, 7, …`. */
function describe(shape: readonly number[], data: Float32Array): Preview {
  const shown = Array.from(data.subarray(0, shownValues), (value) => Number(value.toPrecision(3)));
  return { text: `${describeShape(shape)}: ${shown.join(', ')}${data.length > shownValues ? ', …' : ''}` };
}
