import type { Random } from '@ssl/random';

/** Which patches of one sample an encoder sees; n patches, of which k are kept. */
export interface MaskIndices {
  /** `[k]`: indices of the patches that are kept, in random order. */
  readonly keep: Int32Array;
  /** `[n]`: 1 for a removed patch, 0 for a kept one. */
  readonly mask: Float32Array;
  /**
   * `[n]`: where each patch stands in the shuffled order, in which the kept patches come first: entry i gives the
   * position of patch i among the kept ones if it is less than k.
   */
  readonly restore: Int32Array;
}

/**
 * Removes random patches of a sample, for masked autoencoders (He et al., MAE, 2022; facebookresearch/mae@efb2a80,
 * `random_masking`). Sequences of any tokens work alike.
 *
 * ⌊n · (1 − ratio)⌋ patches are kept, in floating-point arithmetic as in the authors' code, but at least one.
 *
 * @param patchCount number of patches n, an integer ≥ 1
 * @param ratio share of patches to remove, in [0, 1); the paper's is 0.75
 * @throws RangeError for a `patchCount` or `ratio` out of range
 */
export function randomMaskIndices(patchCount: number, ratio: number, random: Random): MaskIndices {
  if (!Number.isInteger(patchCount) || patchCount < 1) {
    throw new RangeError(`randomMaskIndices: patchCount must be a positive integer, got ${patchCount}`);
  }
  return maskIndicesFromNoise(
    Float64Array.from({ length: patchCount }, () => random.uniform()),
    ratio,
  );
}

/**
 * {@link randomMaskIndices} with given noise: the patches with the smallest noise are kept, in the order of their
 * noise.
 *
 * @param noise `[n]`, one number for each patch
 * @throws RangeError for a `ratio` out of [0, 1)
 */
export function maskIndicesFromNoise(noise: ArrayLike<number>, ratio: number): MaskIndices {
  if (!(ratio >= 0 && ratio < 1)) {
    throw new RangeError(`randomMaskIndices: ratio must be in [0, 1), got ${ratio}`);
  }
  const count = noise.length;
  const order = Int32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (noise[a] as number) - (noise[b] as number),
  );
  const keep = order.slice(0, Math.max(1, Math.floor(count * (1 - ratio))));
  const mask = new Float32Array(count).fill(1);
  for (const index of keep) mask[index] = 0;
  const restore = new Int32Array(count);
  order.forEach((index, position) => (restore[index] = position));
  return { keep, mask, restore };
}
