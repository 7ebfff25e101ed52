import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { InputSpec } from '../input-spec.ts';
import type { Modality } from '../modality.ts';
import type { SampleSpec, TokenSample } from '../sample.ts';
import { tokenAugmentations } from './augmentations.ts';
import { decodeTokens } from './byte-vocabulary.ts';
import { tokenCount, type TokenSize } from './token-transform.ts';
import { tokenTransforms } from './token-transforms.ts';
import { vocabularyOf } from './token-vocabulary.ts';

/** The default length of inputs: at most this, as the cost of attention grows with the square of it. */
const mostTokensByDefault = 256;
/** The default is a multiple of it. */
const lengthStep = 8;

const inputOptions = z.strictObject({
  length: tokenCount
    .optional()
    .describe(
      `tokens (of a text: bytes) that the network takes; default: enough for nine of ten samples, at most ${mostTokensByDefault}`,
    ),
});

type TokenModality = Modality<TokenSample, Int32Array, TokenSize>;

/** Sequences of token ids of any length, such as texts as bytes. */
export const tokenModality: TokenModality = {
  name: 'tokens',
  noun: 'text',
  transforms: tokenTransforms as unknown as TokenModality['transforms'],
  augmentations: tokenAugmentations,
  normalizations: {},
  inputOptions,

  inputFor(samples, options) {
    const { length = defaultLength(samples) } = inputOptions.parse(options);
    return { modality: samples.modality, shape: [length], dtype: 'int32', ...vocabularyOf(samples) };
  },

  defaultAugmentation: (_input, strength) => (strength === 'weak' ? 'random-span' : 'span-and-dropout'),

  evaluation: ({ shape }) => [{ name: 'leadingSpan', length: shape[0] }],

  startSize: ({ shape: [own] }, { shape: [length = 1] }) => ({ length: own ?? length }),

  shapeOf: ({ length }) => [length],

  begin({ data }, input) {
    const { vocabulary } = vocabularyOf(input);
    const odd = data.find((id) => id < 0 || id >= vocabulary);
    if (odd === undefined) return data;
    throw new UserError(
      `a token with the id ${odd} does not fit a network whose ids go from 0 to ${vocabulary - 1}; use samples like those it was trained on`,
    );
  },

  finish: (ids) => ({ shape: [ids.length], data: ids }),

  raw(input) {
    const { ordinaryTokens, encoding } = vocabularyOf(input);
    const noun = encoding === 'utf-8' ? 'byte' : 'token';
    return {
      description: `counts of each ${noun} among the first ${input.shape[0]}`,
      input,
      featuresOf: (ids) => countsOf(ids, ordinaryTokens),
    };
  },

  preview: ({ data, encoding }) => ({ text: textOf(data, encoding) }),

  previewView: (values, _shape, input) => ({ text: textOf(values, vocabularyOf(input).encoding) }),
};

function defaultLength({ shape: [own], typicalLength }: SampleSpec): number {
  const typical = own ?? (typeof typicalLength === 'number' ? typicalLength : mostTokensByDefault);
  const whole = Math.ceil(typical / lengthStep) * lengthStep;
  return Math.min(mostTokensByDefault, Math.max(lengthStep, whole));
}

function countsOf(ids: ArrayLike<number>, ordinaryTokens: number): Float32Array {
  const counts = new Float32Array(ordinaryTokens);
  for (let position = 0; position < ids.length; position++) {
    const id = ids[position] as number;
    if (id < ordinaryTokens) counts[id] = (counts[id] as number) + 1;
  }
  return counts;
}

function textOf(ids: ArrayLike<number>, encoding: InputSpec['encoding']): string {
  return encoding === 'utf-8' ? decodeTokens(ids) : Array.from(ids).join(' ');
}
