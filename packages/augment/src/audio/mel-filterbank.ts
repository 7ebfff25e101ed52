import { UserError } from '@ssl/errors';

import type { MelSettings } from './mel-settings.ts';

/** Triangular filters on the bins of a spectrum, each as its first bin and its weights from there. */
export type MelFilterbank = readonly { readonly first: number; readonly weights: Float64Array }[];

/**
 * Filters whose centres are evenly spaced on the mel scale; each rises from the centre of the band below and falls
 * to that of the band above.
 *
 * Source: librosa.filters.mel and torchaudio.functional.melscale_fbanks.
 *
 * @throws UserError if a band is so narrow that no bin of the spectrum lies within it
 */
export function melFilterbank(settings: MelSettings): MelFilterbank {
  const { sampleRate, fftSize, melBands, lowestFrequency, highestFrequency, melScale, melNorm } = settings;
  const scale = melScales[melScale];
  const lowest = scale.toMel(lowestFrequency);
  const step = (scale.toMel(highestFrequency) - lowest) / (melBands + 1);
  const binWidth = sampleRate / fftSize;
  return Array.from({ length: melBands }, (_, band) => {
    const [low, center, high] = [0, 1, 2].map((i) => scale.toHertz(lowest + (band + i) * step)) as [
      number,
      number,
      number,
    ];
    const first = Math.floor(low / binWidth) + 1;
    const last = Math.min(fftSize / 2, Math.ceil(high / binWidth) - 1);
    if (last < first) {
      throw new UserError(
        `logMelSpectrogram: band ${band} of ${melBands} (${low.toFixed(0)} to ${high.toFixed(0)} Hz) is narrower than the bins of the FFT: use fewer melBands or a longer fftSize`,
      );
    }
    const peak = melNorm === 'slaney' ? 2 / (high - low) : 1;
    const weights = Float64Array.from({ length: last - first + 1 }, (_, i) => {
      const frequency = (first + i) * binWidth;
      return peak * Math.min((frequency - low) / (center - low), (high - frequency) / (high - center));
    });
    return { first, weights };
  });
}

interface MelScale {
  toMel(hertz: number): number;
  toHertz(mel: number): number;
}

const linearStep = 200 / 3;
const kneeHertz = 1000;
const kneeMel = kneeHertz / linearStep;
const logStep = Math.log(6.4) / 27;

const melScales: Readonly<Record<MelSettings['melScale'], MelScale>> = {
  slaney: {
    toMel: (hertz) =>
      hertz < kneeHertz ? hertz / linearStep : kneeMel + Math.log(hertz / kneeHertz) / logStep,
    toHertz: (mel) => (mel < kneeMel ? mel * linearStep : kneeHertz * Math.exp(logStep * (mel - kneeMel))),
  },
  htk: {
    toMel: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    toHertz: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
};
