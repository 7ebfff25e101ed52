import { leadingSpan as leadingSpanOf, randomSpan as randomSpanOf } from '../token-span.ts';
import { defineTokenTransform, tokenCount } from '../token-transform.ts';
import { vocabularyOf } from '../token-vocabulary.ts';

/** A window at a random place, padded at its end where the sequence is shorter: see `randomSpan`. */
export const randomSpan = defineTokenTransform({
  name: 'randomSpan',
  parameters: {
    /** Tokens of the window. */
    length: tokenCount,
  },
  outputSize: (_input, { length }) => ({ length }),
  apply: (ids, { length }, random, { input }) =>
    randomSpanOf(ids, length, random, vocabularyOf(input).paddingId),
});

/** The beginning of a sequence, padded at its end where it is shorter: see `leadingSpan`. */
export const leadingSpan = defineTokenTransform({
  name: 'leadingSpan',
  parameters: {
    /** Tokens that are kept. */
    length: tokenCount,
  },
  outputSize: (_input, { length }) => ({ length }),
  apply: (ids, { length }, _random, { input }) => leadingSpanOf(ids, length, vocabularyOf(input).paddingId),
});
