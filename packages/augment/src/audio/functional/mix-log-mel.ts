import { createSpectrogram, powerFloor, type Spectrogram } from '../spectrogram.ts';

/** How spectrograms are mixed. */
export interface MixOptions {
  /**
   * Unit of the logarithms: 1 for those of `logMelSpectrogram`. The authors mix spectrograms that are normalised;
   * on others, the data set's standard deviation here has the same effect. Default 1.
   */
  readonly unit?: number;
}

/**
 * Mixes two sounds in their log-mel spectrograms, as powers: log((1 − a) exp(x) + a exp(z) + 2⁻²³).
 *
 * Source: Niizumi et al., 2021, eq. 4; nttcslab/byol-a at 3e65c92, `log_mixup_exp`.
 *
 * @param x the sound in front
 * @param z the sound behind it, of the same size
 * @param amount a, the share of z, in [0, 1]
 * @throws RangeError if the sizes differ
 */
export function mixLogMel(
  x: Spectrogram,
  z: Spectrogram,
  amount: number,
  { unit = 1 }: MixOptions = {},
): Spectrogram {
  if (x.height !== z.height || x.width !== z.width) {
    throw new RangeError(
      `mixLogMel: expected two spectrograms of one size, got ${x.height}×${x.width} and ${z.height}×${z.width}`,
    );
  }
  const result = createSpectrogram(x.height, x.width);
  for (let i = 0; i < result.data.length; i++) {
    const front = (1 - amount) * Math.exp((x.data[i] as number) / unit);
    const behind = amount * Math.exp((z.data[i] as number) / unit);
    result.data[i] = unit * Math.log(front + behind + powerFloor);
  }
  return result;
}
