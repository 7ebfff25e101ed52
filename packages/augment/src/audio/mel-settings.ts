import { UserError } from '@ssl/errors';

/** How sound becomes a log-mel spectrogram. */
export interface MelSettings {
  /** Samples per second, in Hz. */
  readonly sampleRate: number;
  /** Samples of the Fourier transform: a power of two. */
  readonly fftSize: number;
  /** Samples under the Hann window, at most `fftSize`; the window is in the middle of the transform's samples. */
  readonly windowSize: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
  /** Number of frequency bands. */
  readonly melBands: number;
  /** Where the lowest band starts, in Hz. */
  readonly lowestFrequency: number;
  /** Where the highest band ends, in Hz: at most half the sample rate. */
  readonly highestFrequency: number;
  /**
   * `slaney` is linear up to 1,000 Hz and logarithmic above, as in librosa and nnAudio; `htk` is
   * 2595 log10(1 + f / 700), torchaudio's default.
   */
  readonly melScale: 'slaney' | 'htk';
  /** `slaney` gives each band the same area, as in librosa and nnAudio; `none` the same peak, torchaudio's default. */
  readonly melNorm: 'slaney' | 'none';
}

/** The settings that follow from others where they are not given. */
export type MelOptions = Pick<MelSettings, 'sampleRate'> & Partial<MelSettings>;

const windowSeconds = 0.064;
const hopSeconds = 0.01;

/**
 * The settings of BYOL-A, which are 1,024 samples, a hop of 160 and 64 bands from 60 to 7,800 Hz at 16 kHz. At
 * other rates windows stay 64 ms long and frames 10 ms apart; the bands end at 7,800 Hz where the rate allows it,
 * else at 97.5 % of half the rate (3,900 Hz at 8 kHz).
 *
 * Source: Niizumi et al., 2021, and nttcslab/byol-a at 3e65c92, v2/config_v2.yaml and v2/train_v2.py (nnAudio's
 * mel scale and norm).
 *
 * @param sampleRate in Hz
 * @throws UserError if `sampleRate` is not an integer from 1,000 Hz
 */
export function melSettingsFor(sampleRate: number): MelSettings {
  if (!Number.isInteger(sampleRate) || sampleRate < 1000) {
    throw new UserError(
      `melSettingsFor: sampleRate must be an integer from 1000 Hz, got ${JSON.stringify(sampleRate)}`,
    );
  }
  const windowSize = Math.round(windowSeconds * sampleRate);
  return {
    sampleRate,
    fftSize: 2 ** Math.ceil(Math.log2(windowSize)),
    windowSize,
    hop: Math.round(hopSeconds * sampleRate),
    melBands: 64,
    lowestFrequency: 60,
    highestFrequency: Math.min(7800, 0.4875 * sampleRate),
    melScale: 'slaney',
    melNorm: 'slaney',
  };
}

/**
 * Settings with BYOL-A's for what is not given; see `melSettingsFor`. A window that is not given is as long as a
 * given `fftSize`.
 *
 * @throws UserError if a setting is out of range
 */
export function resolveMelSettings(options: MelOptions): MelSettings {
  const settings = melSettingsFor(options.sampleRate);
  const windowSize = options.windowSize ?? options.fftSize ?? settings.windowSize;
  const fftSize = options.fftSize ?? 2 ** Math.ceil(Math.log2(windowSize));
  const resolved: MelSettings = { ...settings, ...options, windowSize, fftSize };
  check(resolved);
  return resolved;
}

function check(settings: MelSettings): void {
  const { sampleRate, fftSize, windowSize, hop, melBands, lowestFrequency, highestFrequency } = settings;
  demand('fftSize', fftSize, Number.isInteger(Math.log2(fftSize)) && fftSize >= 4, 'a power of two from 4');
  demand('windowSize', windowSize, isCount(windowSize) && windowSize <= fftSize, `from 1 to ${fftSize}`);
  demand('hop', hop, isCount(hop), 'a positive integer');
  demand('melBands', melBands, isCount(melBands), 'a positive integer');
  demand('lowestFrequency', lowestFrequency, lowestFrequency >= 0, 'at least 0 Hz');
  demand(
    'highestFrequency',
    highestFrequency,
    highestFrequency > lowestFrequency && highestFrequency <= sampleRate / 2,
    `above ${lowestFrequency} Hz and at most ${sampleRate / 2} Hz`,
  );
}

function demand(name: string, value: number, holds: boolean, expected: string): void {
  if (!holds) throw new UserError(`logMelSpectrogram: ${name} must be ${expected}, got ${value}`);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
