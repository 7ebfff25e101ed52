/**
 * Perplexity of a mean cross-entropy: e to its power. A model with perplexity k is as uncertain as one that chooses
 * among k tokens with equal probability.
 *
 * @param crossEntropy mean over the tokens, in nats
 */
export function perplexity(crossEntropy: number): number {
  return Math.exp(crossEntropy);
}

/**
 * Perplexity of the best model that looks at no other token: e to the entropy of the tokens' frequencies. Masked token
 * prediction that gets no lower has learned nothing about order or context.
 *
 * @param counts how often each token occurs, each ≥ 0, at least one positive
 * @returns in [1, number of tokens that occur]
 * @throws RangeError for a negative or infinite count, or counts that sum to 0
 */
export function unigramPerplexity(counts: ArrayLike<number>): number {
  let total = 0;
  for (let token = 0; token < counts.length; token++) {
    const count = counts[token] as number;
    if (!(count >= 0 && Number.isFinite(count))) {
      throw new RangeError(
        `unigramPerplexity: counts must be finite and ≥ 0, got ${count} for token ${token}`,
      );
    }
    total += count;
  }
  if (total === 0)
    throw new RangeError('unigramPerplexity: expected a token that occurs, got counts of 0 only');
  let entropy = 0;
  for (let token = 0; token < counts.length; token++) {
    const share = (counts[token] as number) / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return perplexity(entropy);
}
