import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';

/**
 * Resizes bicubically with aligned corners: the first and the last value of each axis stay where they are. Values
 * beyond the border repeat it.
 *
 * Source: torch.nn.functional.interpolate(mode='bicubic', align_corners=True); Keys' kernel with a = −0.75.
 */
export function resizeAligned(
  spectrogram: Spectrogram,
  [height, width]: readonly [number, number],
): Spectrogram {
  const columns = alignedWeights(spectrogram.width, width);
  const rows = alignedWeights(spectrogram.height, height);
  const { data: source } = spectrogram;
  const narrowed = new Float64Array(spectrogram.height * width);
  for (let y = 0, to = 0; y < spectrogram.height; y++) {
    const row = y * spectrogram.width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = 4 * x; tap < 4 * x + 4; tap++) {
        sum += (columns.weights[tap] as number) * (source[row + (columns.indices[tap] as number)] as number);
      }
      narrowed[to++] = sum;
    }
  }
  const result = createSpectrogram(height, width);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = 4 * y; tap < 4 * y + 4; tap++) {
        sum +=
          (rows.weights[tap] as number) * (narrowed[(rows.indices[tap] as number) * width + x] as number);
      }
      result.data[to++] = sum;
    }
  }
  return result;
}

/** Four source indices and weights for each of `to` results: `[to × 4]`. */
function alignedWeights(
  from: number,
  to: number,
): { readonly indices: Int32Array; readonly weights: Float64Array } {
  const scale = to > 1 ? (from - 1) / (to - 1) : 0;
  const indices = new Int32Array(to * 4);
  const weights = new Float64Array(to * 4);
  for (let i = 0; i < to; i++) {
    const position = scale * i;
    const floor = Math.min(from - 1, Math.floor(position));
    for (let tap = 0; tap < 4; tap++) {
      const index = floor - 1 + tap;
      indices[4 * i + tap] = Math.min(from - 1, Math.max(0, index));
      weights[4 * i + tap] = cubic(Math.abs(position - index));
    }
  }
  return { indices, weights };
}

function cubic(distance: number): number {
  const a = -0.75;
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((distance - 5) * distance + 8) * distance * a - 4 * a;
  return 0;
}
