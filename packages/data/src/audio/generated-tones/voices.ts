/** How one kind of instrument sounds, whatever its pitch, loudness and duration. */
export interface Voice {
  /** Frequencies of the partials as multiples of the pitch; default all harmonics. */
  readonly ratios?: readonly number[];
  /**
   * Amplitude of a partial.
   *
   * @param n number of the partial, from 1
   * @param frequency in Hz
   */
  readonly amplitude: (n: number, frequency: number) => number;
  /** Seconds until the tone has its full loudness: the range that is drawn from. */
  readonly attack: readonly [number, number];
  /** How fast a partial dies away, in 1/s. Default: it does not. */
  readonly decay?: (n: number) => number;
  /** How much later than the loudness the upper partials come and how much earlier they go. Default 0. */
  readonly swell?: number;
  /** Share of the frequency by which the pitch swings to either side, at its most. Default 0. */
  readonly vibrato?: number;
  /** Share of the loudness that swings away, at its most. Default 0. */
  readonly tremolo?: number;
  /** Amplitude of the noise that comes with the tone. Default 0. */
  readonly breath?: number;
  /** How fast that noise dies away, in 1/s. Default 0. */
  readonly breathDecay?: number;
}

/**
 * Ten voices by name; the order is that of the labels. They are caricatures: each has something that sets it apart
 * from its neighbours, in the pattern of its partials or in how they change over time.
 */
export const voices: Readonly<Record<string, Voice>> = {
  flute: {
    amplitude: (n) => [1, 0.35, 0.12, 0.04][n - 1] ?? 0,
    attack: [0.04, 0.09],
    tremolo: 0.35,
    breath: 0.05,
  },
  clarinet: { amplitude: (n) => (n % 2 === 1 ? 1 / n : 0.02 / n), attack: [0.02, 0.06] },
  strings: { amplitude: (n) => 1 / n, attack: [0.08, 0.2], vibrato: 0.015 },
  brass: { amplitude: (n) => 1 / n, attack: [0.04, 0.12], swell: 0.6 },
  guitar: { amplitude: (n) => 1 / n, attack: [0.002, 0.006], decay: (n) => 2 + 1.2 * n },
  bell: {
    ratios: [0.56, 0.92, 1.19, 1.71, 2, 2.74, 3, 3.76, 4.07],
    amplitude: (n) => 1 / (1 + 0.3 * n),
    attack: [0.002, 0.006],
    decay: (n) => 1 + 0.5 * n,
  },
  organ: {
    ratios: [1, 2, 4, 8, 16],
    amplitude: (n) => [1, 0.8, 0.6, 0.4, 0.3][n - 1] as number,
    attack: [0.01, 0.03],
  },
  'voice-a': {
    amplitude: (n, frequency) => formants(frequency, [750, 1150, 2500]) / n,
    attack: [0.04, 0.12],
    vibrato: 0.01,
  },
  'voice-i': {
    amplitude: (n, frequency) => formants(frequency, [300, 2200, 2900]) / n,
    attack: [0.04, 0.12],
    vibrato: 0.01,
  },
  drum: {
    ratios: [1, 1.59, 2.14, 2.3, 2.65, 2.92],
    amplitude: (n) => 1 / n,
    attack: [0.001, 0.004],
    decay: (n) => 8 + 2 * n,
    breath: 0.5,
    breathDecay: 30,
  },
};

/** How much the resonances of a mouth pass of a frequency. */
function formants(frequency: number, centers: readonly [number, number, number]): number {
  let sum = 0.02;
  for (const [index, center] of centers.entries()) {
    const distance = (frequency - center) / (60 + 40 * index);
    sum += (1 - 0.25 * index) / (1 + distance * distance);
  }
  return sum;
}
