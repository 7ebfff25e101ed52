/** Computes spectra of real signals of one length. */
export interface RealFft {
  /** Length of the signal. */
  readonly size: number;
  /**
   * Writes the squared magnitudes |X[k]|² of the discrete Fourier transform, k from 0 to `size / 2`.
   *
   * @param signal `[size]`
   * @param power `[size / 2 + 1]`
   */
  powerSpectrum(signal: Float64Array, power: Float64Array): void;
}

const plans = new Map<number, RealFft>();

/**
 * The plan for signals of `size` samples, made once: a signal of 2n reals is transformed as n complex numbers,
 * by Cooley and Tukey's algorithm of radix 4 (with one step of radix 2 where n is no power of 4).
 *
 * @throws RangeError if `size` is not a power of two from 4 to 2²⁰
 */
export function realFft(size: number): RealFft {
  const known = plans.get(size);
  if (known) return known;
  if (!Number.isInteger(Math.log2(size)) || size < 4 || size > 2 ** 20) {
    throw new RangeError(`realFft: size must be a power of two from 4 to 1048576, got ${size}`);
  }
  const plan = createPlan(size);
  plans.set(size, plan);
  return plan;
}

function createPlan(size: number): RealFft {
  const count = size / 2;
  const order = bitReversal(count);
  // cos and sin of 2πk / size, k < size.
  const cosines = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: size }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const real = new Float64Array(count);
  const imaginary = new Float64Array(count);

  function powerSpectrum(signal: Float64Array, power: Float64Array): void {
    for (let i = 0; i < count; i++) {
      const from = 2 * (order[i] as number);
      real[i] = signal[from] as number;
      imaginary[i] = signal[from + 1] as number;
    }
    transform(real, imaginary, cosines, sines);
    unpack(real, imaginary, cosines, sines, power);
  }
  return { size, powerSpectrum };
}

/** The complex transform in place, of numbers that are in bit-reversed order; twiddles are those of `2 × count`. */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const count = real.length;
  // A first step of radix 2 or 4 whose twiddles are all 1.
  const isPowerOfFour = Math.log2(count) % 2 === 0;
  if (isPowerOfFour) transformFours(real, imaginary);
  else transformPairs(real, imaginary);
  for (let span = isPowerOfFour ? 4 : 2; span < count; span *= 4) {
    mergeFour(real, imaginary, span, cosines, sines);
  }
}

function transformPairs(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 0; i < real.length; i += 2) {
    const re = real[i + 1] as number;
    const im = imaginary[i + 1] as number;
    real[i + 1] = (real[i] as number) - re;
    imaginary[i + 1] = (imaginary[i] as number) - im;
    real[i] = (real[i] as number) + re;
    imaginary[i] = (imaginary[i] as number) + im;
  }
}

function transformFours(real: Float64Array, imaginary: Float64Array): void {
  for (let a = 0; a < real.length; a += 4) {
    const evenRe = (real[a] as number) + (real[a + 1] as number);
    const evenIm = (imaginary[a] as number) + (imaginary[a + 1] as number);
    const oddRe = (real[a] as number) - (real[a + 1] as number);
    const oddIm = (imaginary[a] as number) - (imaginary[a + 1] as number);
    const sumRe = (real[a + 2] as number) + (real[a + 3] as number);
    const sumIm = (imaginary[a + 2] as number) + (imaginary[a + 3] as number);
    const differenceRe = (real[a + 2] as number) - (real[a + 3] as number);
    const differenceIm = (imaginary[a + 2] as number) - (imaginary[a + 3] as number);
    real[a] = evenRe + sumRe;
    imaginary[a] = evenIm + sumIm;
    real[a + 1] = oddRe + differenceIm;
    imaginary[a + 1] = oddIm - differenceRe;
    real[a + 2] = evenRe - sumRe;
    imaginary[a + 2] = evenIm - sumIm;
    real[a + 3] = oddRe - differenceIm;
    imaginary[a + 3] = oddIm + differenceRe;
  }
}

/** Makes one transform of `4 × span` numbers of each four of `span`. */
function mergeFour(
  real: Float64Array,
  imaginary: Float64Array,
  span: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const count = real.length;
  const stride = count / (2 * span);
  for (let k = 0; k < span; k++) {
    const c1 = cosines[k * stride] as number;
    const s1 = sines[k * stride] as number;
    const c2 = cosines[2 * k * stride] as number;
    const s2 = sines[2 * k * stride] as number;
    const c3 = cosines[3 * k * stride] as number;
    const s3 = sines[3 * k * stride] as number;
    for (let a = k; a < count; a += 4 * span) {
      // Bit reversal puts the second quarter's numbers after those of the third.
      const c = a + span;
      const b = c + span;
      const d = b + span;
      const bRe = (real[b] as number) * c1 + (imaginary[b] as number) * s1;
      const bIm = (imaginary[b] as number) * c1 - (real[b] as number) * s1;
      const cRe = (real[c] as number) * c2 + (imaginary[c] as number) * s2;
      const cIm = (imaginary[c] as number) * c2 - (real[c] as number) * s2;
      const dRe = (real[d] as number) * c3 + (imaginary[d] as number) * s3;
      const dIm = (imaginary[d] as number) * c3 - (real[d] as number) * s3;
      const evenRe = (real[a] as number) + cRe;
      const evenIm = (imaginary[a] as number) + cIm;
      const oddRe = (real[a] as number) - cRe;
      const oddIm = (imaginary[a] as number) - cIm;
      const sumRe = bRe + dRe;
      const sumIm = bIm + dIm;
      const differenceRe = bRe - dRe;
      const differenceIm = bIm - dIm;
      real[a] = evenRe + sumRe;
      imaginary[a] = evenIm + sumIm;
      real[c] = oddRe + differenceIm;
      imaginary[c] = oddIm - differenceRe;
      real[b] = evenRe - sumRe;
      imaginary[b] = evenIm - sumIm;
      real[d] = oddRe - differenceIm;
      imaginary[d] = oddIm + differenceRe;
    }
  }
}

/** From the transform of even samples + i · odd samples to that of the real signal, as squared magnitudes. */
function unpack(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  power: Float64Array,
): void {
  const count = real.length;
  const first = real[0] as number;
  const second = imaginary[0] as number;
  power[0] = (first + second) ** 2;
  power[count] = (first - second) ** 2;
  for (let k = 1; k < count; k++) {
    const evenRe = ((real[k] as number) + (real[count - k] as number)) / 2;
    const evenIm = ((imaginary[k] as number) - (imaginary[count - k] as number)) / 2;
    const oddRe = ((imaginary[k] as number) + (imaginary[count - k] as number)) / 2;
    const oddIm = ((real[count - k] as number) - (real[k] as number)) / 2;
    const re = evenRe + oddRe * (cosines[k] as number) + oddIm * (sines[k] as number);
    const im = evenIm + oddIm * (cosines[k] as number) - oddRe * (sines[k] as number);
    power[k] = re * re + im * im;
  }
}

function bitReversal(count: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 1, half = count >> 1; i < count; i++) {
    order[i] = ((order[i >> 1] as number) >> 1) | (i & 1 ? half : 0);
  }
  return order;
}
