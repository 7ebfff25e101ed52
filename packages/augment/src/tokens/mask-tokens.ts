import type { Random } from '@ssl/random';

/** How {@link maskTokens} chooses and replaces tokens. */
export interface MaskTokensOptions {
  /** Share of the ordinary tokens that are chosen, in [0, 1], rounded to whole tokens; default 0.15. */
  readonly ratio?: number;
  /** Id that takes the place of a chosen token. */
  readonly maskId: number;
  /**
   * Number of ordinary tokens. Ids outside of [0, vocabularySize) are special (padding, for example): they are never
   * chosen, and never take the place of a token.
   */
  readonly vocabularySize: number;
  /** Probability that a chosen token stays as it is; default 0.1. */
  readonly keepShare?: number;
  /** Probability that a random ordinary token, which may be the same, takes its place; default 0.1. */
  readonly randomShare?: number;
  readonly random: Random;
}

/** Input and target of masked token prediction. */
export interface MaskedTokens {
  /** `[length]`: the sequence in which chosen tokens are masked, random or as they were. */
  readonly inputs: Int32Array;
  /** `[length]`: the original id of chosen tokens, −1 elsewhere. */
  readonly targets: Int32Array;
}

/**
 * Chooses tokens that a network is to predict, and hides most of them: masked language modelling (Devlin et al., BERT,
 * 2019, section 3.1; google-research/bert, create_pretraining_data.py).
 *
 * With the default shares, 80 % of the chosen tokens become the mask, 10 % a random token, and 10 % stay. The number
 * of chosen tokens is exact: at least one where the sequence has an ordinary token and `ratio` is not 0.
 *
 * @param ids `[length]` token ids; they are not changed
 * @throws RangeError for shares that are no probabilities, or a `vocabularySize` that is no positive integer
 */
export function maskTokens(ids: ArrayLike<number>, options: MaskTokensOptions): MaskedTokens {
  const { ratio = 0.15, maskId, vocabularySize, keepShare = 0.1, randomShare = 0.1, random } = options;
  check(
    { ratio, keepShare, randomShare, 'keepShare + randomShare': keepShare + randomShare },
    vocabularySize,
  );

  const inputs = Int32Array.from(ids);
  const targets = new Int32Array(inputs.length).fill(-1);
  const candidates: number[] = [];
  inputs.forEach((id, position) => {
    if (id >= 0 && id < vocabularySize) candidates.push(position);
  });
  const least = ratio > 0 ? Math.min(1, candidates.length) : 0;
  const count = Math.max(least, Math.round(ratio * candidates.length));

  for (const chosen of random.permutation(candidates.length).subarray(0, count)) {
    const position = candidates[chosen] as number;
    targets[position] = inputs[position] as number;
    const draw = random.uniform();
    if (draw < keepShare) continue;
    inputs[position] = draw < keepShare + randomShare ? random.integer(vocabularySize) : maskId;
  }
  return { inputs, targets };
}

function check(shares: Readonly<Record<string, number>>, vocabularySize: number): void {
  for (const [name, share] of Object.entries(shares)) {
    if (share >= 0 && share <= 1) continue;
    throw new RangeError(`maskTokens: ${name} must be in [0, 1], got ${share}`);
  }
  if (Number.isInteger(vocabularySize) && vocabularySize > 0) return;
  throw new RangeError(`maskTokens: vocabularySize must be a positive integer, got ${vocabularySize}`);
}
