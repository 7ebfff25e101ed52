import { melFilterbank, type MelFilterbank } from './mel-filterbank.ts';
import { resolveMelSettings, type MelOptions, type MelSettings } from './mel-settings.ts';
import { realFft } from './real-fft.ts';
import { createSpectrogram, powerFloor, type Spectrogram } from './spectrogram.ts';

/** What depends on the settings only. */
interface Plan {
  readonly settings: MelSettings;
  readonly window: Float64Array;
  readonly filterbank: MelFilterbank;
}

/** The plans last used, by settings: a run has one or two. */
const plans = new Map<string, Plan>();
const maxPlans = 8;

/**
 * The log-mel spectrogram of one channel: power spectra under a periodic Hann window, summed into mel bands, then
 * log(power + 2⁻²³). Frames are centred: frame t is around sample `t × hop`, and the ends are padded by reflection.
 *
 * With the default settings of 16 kHz it is the input of BYOL-A.
 *
 * Source: torchaudio.transforms.MelSpectrogram and nnAudio.features.MelSpectrogram (power 2, center, reflect);
 * nttcslab/byol-a at 3e65c92, v2/train_v2.py, for the logarithm.
 *
 * @param mono samples in [−1, 1], more than `fftSize / 2`
 * @returns `[melBands, 1 + floor(length / hop)]`, row 0 the lowest band
 * @throws RangeError if there are too few samples to reflect
 * @throws UserError if a setting is out of range
 */
export function logMelSpectrogram(mono: Float32Array, options: MelOptions): Spectrogram {
  const { settings, window, filterbank } = planFor(options);
  const { fftSize, windowSize, hop, melBands } = settings;
  const half = fftSize / 2;
  if (mono.length <= half) {
    throw new RangeError(
      `logMelSpectrogram: expected more than ${half} samples, half of fftSize, got ${mono.length}: pad them, e.g. with segmentSamples`,
    );
  }
  const frames = 1 + Math.floor(mono.length / hop);
  const fft = realFft(fftSize);
  const padded = padByReflection(mono, half);
  const windowStart = Math.floor((fftSize - windowSize) / 2);
  const signal = new Float64Array(fftSize);
  const power = new Float64Array(half + 1);
  const result = createSpectrogram(melBands, frames);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * hop + windowStart;
    for (let i = 0; i < windowSize; i++) {
      signal[windowStart + i] = (padded[start + i] as number) * (window[i] as number);
    }
    fft.powerSpectrum(signal, power);
    writeBands(power, filterbank, result, frame);
  }
  return result;
}

function writeBands(
  power: Float64Array,
  filterbank: MelFilterbank,
  result: Spectrogram,
  frame: number,
): void {
  let to = frame;
  for (const { first, weights } of filterbank) {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (power[first + i] as number);
    result.data[to] = Math.log(sum + powerFloor);
    to += result.width;
  }
}

/** Mirrors at the first and the last sample without repeating them. */
function padByReflection(mono: Float32Array, padding: number): Float32Array {
  const { length } = mono;
  const padded = new Float32Array(length + 2 * padding);
  padded.set(mono, padding);
  for (let i = 1; i <= padding; i++) {
    padded[padding - i] = mono[i] as number;
    padded[padding + length - 1 + i] = mono[length - 1 - i] as number;
  }
  return padded;
}

function planFor(options: MelOptions): Plan {
  const settings = resolveMelSettings(options);
  const key = JSON.stringify(Object.entries(settings).sort());
  const known = plans.get(key);
  if (known) return known;
  const { windowSize } = settings;
  const window = Float64Array.from(
    { length: windowSize },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / windowSize),
  );
  const plan: Plan = { settings, window, filterbank: melFilterbank(settings) };
  if (plans.size >= maxPlans) plans.delete(plans.keys().next().value as string);
  plans.set(key, plan);
  return plan;
}
