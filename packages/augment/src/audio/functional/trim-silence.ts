/** What counts as silence. */
export interface TrimOptions {
  /** Decibels below the loudest frame: positive. */
  readonly decibels: number;
  /** Samples that the loudness of a frame is taken from. */
  readonly windowSize: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
}

/** Mean power that counts as none: −100 dB, as in librosa. */
const leastPower = 1e-10;

/**
 * Cuts off the silence before and after a sound: frames whose mean power is more than `decibels` below that of the
 * loudest. What is left runs from the first loud frame to the end of the last. Pauses in between stay. A recording
 * of nothing but silence comes whole.
 *
 * Source: librosa.effects.trim, with its default `ref=numpy.max`; frames are centred and zeros stand before and
 * after the recording.
 *
 * @param mono samples of one channel
 * @returns a part of `mono` that shares its memory
 */
export function trimSilence(mono: Float32Array, { decibels, windowSize, hop }: TrimOptions): Float32Array {
  const frames = 1 + Math.floor(mono.length / hop);
  const powers = Float64Array.from({ length: frames }, (_, frame) =>
    meanPower(mono, frame * hop - Math.floor(windowSize / 2), windowSize),
  );
  const threshold =
    powers.reduce((most, power) => Math.max(most, power), leastPower) * 10 ** (-decibels / 10);
  const isLoud = (power: number): boolean => Math.max(power, leastPower) > threshold;
  const first = powers.findIndex(isLoud);
  const last = powers.findLastIndex(isLoud);
  return mono.subarray(first * hop, Math.min(mono.length, (last + 1) * hop));
}

function meanPower(mono: Float32Array, start: number, length: number): number {
  let sum = 0;
  const end = Math.min(mono.length, start + length);
  for (let i = Math.max(0, start); i < end; i++) sum += (mono[i] as number) ** 2;
  return sum / length;
}
