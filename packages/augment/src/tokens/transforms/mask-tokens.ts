import { z } from 'zod';
import { maskTokens as maskTokensOf } from '../mask-tokens.ts';
import { defineTokenTransform, tokenCount } from '../token-transform.ts';
import { vocabularyOf } from '../token-vocabulary.ts';

/** Name of the target of `maskTokens`. */
export const tokensTarget = 'tokens';

const share = z.number().min(0).max(1);

/**
 * Hides tokens that a network is to predict: see `maskTokens`. The view gets the target `tokens`, int32 `[length]`: the
 * original id of each chosen token, −1 elsewhere.
 */
export const maskTokens = defineTokenTransform({
  name: 'maskTokens',
  parameters: {
    /** Share of the ordinary tokens that are chosen. */
    ratio: share.default(0.15),
    /** Neighbouring tokens that are chosen together. */
    spanLength: tokenCount.default(1),
    /** Share of the chosen tokens (or spans) that stay as they are. */
    keepShare: share.default(0.1),
    /** Share of the chosen tokens (or spans) that become random ones. */
    randomShare: share.default(0.1),
  },
  apply(ids, { ratio, spanLength, keepShare, randomShare }, random, { input, setTarget }) {
    const { maskId, ordinaryTokens: vocabularySize } = vocabularyOf(input);
    const options = { ratio, spanLength, keepShare, randomShare, maskId, vocabularySize, random };
    const { inputs, targets } = maskTokensOf(ids, options);
    setTarget(tokensTarget, { shape: [targets.length], data: targets });
    return inputs;
  },
});
