import type { Random } from '@ssl/random';
import { byteVocabulary } from './byte-vocabulary.ts';

/**
 * A window of `length` tokens at a random place of a sequence, each place equally likely. A shorter sequence is taken
 * whole and padded at its end.
 *
 * @param ids `[n]` token ids
 * @param length of the result, an integer ≥ 1
 * @param paddingId default {@link byteVocabulary}'s
 * @returns `[length]`, a copy
 * @throws RangeError if `length` is no positive integer
 */
export function randomSpan(
  ids: ArrayLike<number>,
  length: number,
  random: Random,
  paddingId: number = byteVocabulary.paddingId,
): Int32Array {
  checkLength('randomSpan', length);
  const places = Math.max(0, ids.length - length) + 1;
  return paddedSpan(ids, random.integer(places), length, paddingId);
}

/**
 * The first `length` tokens of a sequence, padded at the end where it is shorter: the deterministic counterpart of
 * {@link randomSpan} for evaluation. Parameters, result and errors are the same.
 */
export function leadingSpan(
  ids: ArrayLike<number>,
  length: number,
  paddingId: number = byteVocabulary.paddingId,
): Int32Array {
  checkLength('leadingSpan', length);
  return paddedSpan(ids, 0, length, paddingId);
}

function paddedSpan(ids: ArrayLike<number>, start: number, length: number, paddingId: number): Int32Array {
  const span = new Int32Array(length).fill(paddingId);
  const count = Math.min(length, ids.length - start);
  for (let offset = 0; offset < count; offset++) span[offset] = ids[start + offset] as number;
  return span;
}

function checkLength(caller: string, length: number): void {
  if (Number.isInteger(length) && length >= 1) return;
  throw new RangeError(`${caller}: length must be a positive integer, got ${length}`);
}
