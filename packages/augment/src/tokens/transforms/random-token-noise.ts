import { z } from 'zod';
import { defineTokenTransform } from '../token-transform.ts';
import { vocabularyOf } from '../token-vocabulary.ts';

/**
 * Hides or replaces ordinary tokens, each with the same probability. Special tokens stay. Unlike `maskTokens` it gives
 * no target: for methods that compare views.
 */
export const randomTokenNoise = defineTokenTransform({
  name: 'randomTokenNoise',
  parameters: {
    /** Probability for each token. */
    ratio: z.number().min(0).max(1).default(0.1),
    /** By what: the mask, or a random ordinary token, which may be the same. */
    replacement: z.enum(['mask', 'random']).default('mask'),
  },
  apply(ids, { ratio, replacement }, random, { input }) {
    const { maskId, ordinaryTokens } = vocabularyOf(input);
    return ids.map((id) => {
      if (id >= ordinaryTokens || !random.bernoulli(ratio)) return id;
      return replacement === 'mask' ? maskId : random.integer(ordinaryTokens);
    });
  },
});
