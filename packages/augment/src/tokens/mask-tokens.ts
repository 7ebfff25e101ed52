import type { Random } from '@ssl/random';

/** How {@link maskTokens} chooses and replaces tokens. */
export interface MaskTokensOptions {
  /** Share of the ordinary tokens that are chosen, in [0, 1], rounded to whole tokens; default 0.15. */
  readonly ratio?: number;
  /**
   * Neighbouring tokens that are chosen together, and masked, replaced or left together; default 1. What is left of a
   * span at the end, at a special token, beside another span, or beyond the ratio is shorter.
   */
  readonly spanLength?: number;
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
 * 2019, section 3.1; google-research/bert, create_pretraining_data.py). With spans, as SpanBERT (Joshi et al., 2020,
 * section 3.1), but all of one length.
 *
 * With the default shares, 80 % of the chosen tokens become the mask, 10 % a random token, and 10 % stay. The number
 * of chosen tokens is exact: at least one where the sequence has an ordinary token and `ratio` is not 0.
 *
 * @param ids `[length]` token ids; they are not changed
 * @throws RangeError for shares that are no probabilities, or a `vocabularySize` or `spanLength` that is no positive
 * integer
 */
export function maskTokens(ids: ArrayLike<number>, options: MaskTokensOptions): MaskedTokens {
  const { ratio = 0.15, maskId, vocabularySize, keepShare = 0.1, randomShare = 0.1, random } = options;
  const { spanLength = 1 } = options;
  check(
    { ratio, keepShare, randomShare, 'keepShare + randomShare': keepShare + randomShare },
    { vocabularySize, spanLength },
  );

  const inputs = Int32Array.from(ids);
  const targets = new Int32Array(inputs.length).fill(-1);
  const candidates: number[] = [];
  inputs.forEach((id, position) => {
    if (id >= 0 && id < vocabularySize) candidates.push(position);
  });
  const least = ratio > 0 ? Math.min(1, candidates.length) : 0;
  const count = Math.max(least, Math.round(ratio * candidates.length));

  let left = count;
  for (const candidate of random.permutation(candidates.length)) {
    if (left === 0) break;
    const start = candidates[candidate] as number;
    const span = freePositions(targets, inputs, start, Math.min(spanLength, left), vocabularySize);
    if (span.length === 0) continue;
    left -= span.length;
    for (const position of span) targets[position] = inputs[position] as number;
    const draw = random.uniform();
    if (draw < keepShare) continue;
    const isRandom = draw < keepShare + randomShare;
    for (const position of span) inputs[position] = isRandom ? random.integer(vocabularySize) : maskId;
  }
  return { inputs, targets };
}

/** Positions from `start` on, up to the first that is chosen already, or special. */
function freePositions(
  targets: Int32Array,
  ids: Int32Array,
  start: number,
  most: number,
  vocabularySize: number,
): readonly number[] {
  const positions: number[] = [];
  for (let position = start; position < ids.length && positions.length < most; position++) {
    const id = ids[position] as number;
    if (targets[position] !== -1 || id < 0 || id >= vocabularySize) break;
    positions.push(position);
  }
  return positions;
}

function check(shares: Readonly<Record<string, number>>, integers: Readonly<Record<string, number>>): void {
  for (const [name, share] of Object.entries(shares)) {
    if (share >= 0 && share <= 1) continue;
    throw new RangeError(`maskTokens: ${name} must be in [0, 1], got ${share}`);
  }
  for (const [name, value] of Object.entries(integers)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new RangeError(`maskTokens: ${name} must be a positive integer, got ${value}`);
  }
}
