/** The filter of `resample`; the defaults are torchaudio's. */
export interface ResampleOptions {
  /** Zero crossings of the sinc on either side: more are sharper and slower. Default 6. */
  readonly lowpassFilterWidth?: number;
  /** Where the filter cuts off, as a share of the lower Nyquist frequency. Default 0.99. */
  readonly rolloff?: number;
}

/** Each of `to` phases of the result has a filter of its own: `taps` weights from its first sample on. */
interface Filters {
  readonly taps: number;
  /** First sample of each phase, relative to the block that it is in; may be negative. */
  readonly first: Int32Array;
  /** `[to × taps]` */
  readonly weights: Float64Array;
}

/** The filters last used: a data set has one or two sample rates. */
const cache = new Map<string, Filters>();
const maxCached = 8;

/**
 * Changes the sample rate by a windowed sinc (Hann), with silence assumed before and after.
 *
 * Source: torchaudio.functional.resample, `sinc_interp_hann`.
 *
 * @param mono samples of one channel
 * @param fromRate in Hz, a positive integer
 * @param toRate in Hz, a positive integer
 * @returns `[ceil(length × toRate / fromRate)]`; `mono` itself where the rates are the same
 * @throws RangeError if a rate or an option is out of range
 */
export function resample(
  mono: Float32Array,
  fromRate: number,
  toRate: number,
  { lowpassFilterWidth = 6, rolloff = 0.99 }: ResampleOptions = {},
): Float32Array {
  checkPositiveInteger('fromRate', fromRate);
  checkPositiveInteger('toRate', toRate);
  checkPositiveInteger('lowpassFilterWidth', lowpassFilterWidth);
  if (!(rolloff > 0 && rolloff <= 1)) {
    throw new RangeError(`resample: rolloff must be in (0, 1], got ${rolloff}`);
  }
  if (fromRate === toRate) return mono;
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const from = fromRate / divisor;
  const to = toRate / divisor;
  const { taps, first, weights } = filtersFor(from, to, lowpassFilterWidth, rolloff);
  const { length } = mono;
  const result = new Float32Array(Math.ceil((length * to) / from));
  for (let i = 0, phase = 0, block = 0; i < result.length; i++) {
    const start = block + (first[phase] as number);
    const begin = Math.max(0, -start);
    const end = Math.min(taps, length - start);
    let sum = 0;
    for (let tap = begin, weight = phase * taps + begin; tap < end; tap++, weight++) {
      sum += (weights[weight] as number) * (mono[start + tap] as number);
    }
    result[i] = sum;
    if (++phase === to) {
      phase = 0;
      block += from;
    }
  }
  return result;
}

function filtersFor(from: number, to: number, width: number, rolloff: number): Filters {
  const key = `${from}/${to}/${width}/${rolloff}`;
  const known = cache.get(key);
  if (known) return known;
  const filters = createFilters(from, to, width, rolloff);
  if (cache.size >= maxCached) cache.delete(cache.keys().next().value as string);
  cache.set(key, filters);
  return filters;
}

function createFilters(from: number, to: number, width: number, rolloff: number): Filters {
  // Cut-off in half cycles per `from` samples; the sinc crosses zero every `from / cutoff` samples.
  const cutoff = Math.min(from, to) * rolloff;
  const reach = (width * from) / cutoff;
  const taps = Math.floor(2 * reach) + 1;
  const first = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let phase = 0; phase < to; phase++) {
    const center = (phase * from) / to;
    const start = Math.ceil(center - reach);
    first[phase] = start;
    for (let tap = 0; tap < taps; tap++) {
      const t = ((start + tap - center) / from) * cutoff;
      if (Math.abs(t) >= width) continue;
      const window = Math.cos((t * Math.PI) / width / 2) ** 2;
      const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
      weights[phase * taps + tap] = (sinc * window * cutoff) / from;
    }
  }
  return { taps, first, weights };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function checkPositiveInteger(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`resample: ${name} must be a positive integer, got ${value}`);
}
