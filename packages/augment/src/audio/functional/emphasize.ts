/**
 * Makes high frequencies louder, of which speech has less power: y[n] = x[n] − coefficient · x[n − 1], with y[0] =
 * (1 − coefficient) · x[0].
 *
 * Source: torchaudio.functional.preemphasis, but for the first sample, which is there as it was.
 *
 * @param coefficient in [0, 1); 0 changes nothing
 */
export function emphasize(mono: Float32Array, coefficient: number): Float32Array {
  if (coefficient === 0) return mono;
  return mono.map((value, i) => value - coefficient * (mono[Math.max(0, i - 1)] as number));
}
