/**
 * How to sample between pixels. `bicubic` is torchvision's: a = −0.5 with antialias, −0.75 without. `nearest`
 * never antialiases.
 */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

/** Which source pixels make each pixel of a resized side, and by how much. */
export interface AxisWeights {
  /** Source pixels per result pixel, including those of weight 0. */
  readonly taps: number;
  /** First source pixel of each result pixel, `[to]`; this and the next `taps − 1` lie within the source. */
  readonly first: Int32Array;
  /** `[to × taps]`; those of one result pixel sum to 1. */
  readonly weights: Float64Array;
}

/**
 * The weights that resize a side of `from` pixels to `to` pixels, half-pixel centres. With antialias the filter
 * widens by the scale when shrinking and is normalised at the borders; without, border pixels repeat.
 *
 * Source: PyTorch's `interpolate(align_corners=False)`, ATen UpSampleKernel.
 */
export function axisWeights(
  from: number,
  to: number,
  interpolation: Interpolation,
  antialias: boolean,
): AxisWeights {
  if (interpolation === 'nearest') return nearestWeights(from, to);
  const scale = from / to;
  const radius = interpolation === 'bilinear' ? 1 : 2;
  return antialias
    ? antialiasedWeights(from, to, scale, radius)
    : interpolatedWeights(from, to, scale, radius);
}

function nearestWeights(from: number, to: number): AxisWeights {
  const first = Int32Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor((i * from) / to)));
  return { taps: 1, first, weights: new Float64Array(to).fill(1) };
}

function antialiasedWeights(from: number, to: number, scale: number, radius: number): AxisWeights {
  const filter = radius === 1 ? triangle : (x: number) => cubic(x, -0.5);
  const stretch = Math.max(1, scale);
  const support = radius * stretch;
  const lows = new Int32Array(to);
  const highs = new Int32Array(to);
  let taps = 1;
  for (let i = 0; i < to; i++) {
    const center = scale * (i + 0.5);
    lows[i] = Math.max(0, Math.trunc(center - support + 0.5));
    highs[i] = Math.min(from, Math.trunc(center + support + 0.5));
    taps = Math.max(taps, (highs[i] as number) - (lows[i] as number));
  }
  const first = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = scale * (i + 0.5);
    const start = Math.min(lows[i] as number, from - taps);
    const offset = i * taps - start;
    let sum = 0;
    for (let j = lows[i] as number; j < (highs[i] as number); j++) {
      const weight = filter((j - center + 0.5) / stretch);
      weights[offset + j] = weight;
      sum += weight;
    }
    for (let j = i * taps; j < (i + 1) * taps; j++) weights[j] = (weights[j] as number) / sum;
    first[i] = start;
  }
  return { taps, first, weights };
}

function interpolatedWeights(from: number, to: number, scale: number, radius: number): AxisWeights {
  const filter = radius === 1 ? triangle : (x: number) => cubic(x, -0.75);
  const taps = Math.min(from, 2 * radius);
  const first = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const position = scale * (i + 0.5) - 0.5;
    const floor = Math.floor(position);
    const start = Math.min(Math.max(0, floor - radius + 1), from - taps);
    for (let j = floor - radius + 1; j <= floor + radius; j++) {
      const index = i * taps + Math.min(Math.max(0, j), from - 1) - start;
      weights[index] = (weights[index] as number) + filter(j - position);
    }
    first[i] = start;
  }
  return { taps, first, weights };
}

function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

/** Keys' cubic convolution kernel. */
function cubic(x: number, a: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((distance - 5) * distance + 8) * distance * a - 4 * a;
  return 0;
}
