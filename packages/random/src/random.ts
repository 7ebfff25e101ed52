/**
 * A seeded stream of random numbers that can be split.
 *
 * Splitting depends only on the stream's key, never on how many numbers were drawn from it: the stream for
 * (seed, epoch, image) is the same in whichever worker and order it is asked for. That is what makes a resumed
 * run equal an unbroken one without any random state to save.
 *
 * The generator is sfc32 (Doty-Humphrey, PractRand), keyed through MurmurHash3's 32-bit finaliser.
 */
export interface Random {
  /** A number in [low, high); 53 random bits. Default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** An integer in [0, bound), without modulo bias. `bound` must be an integer from 1 to 2³². */
  integer(bound: number): number;
  /** `true` with the given probability. */
  bernoulli(probability: number): boolean;
  /** A normally distributed number (Box–Muller). Default mean 0, standard deviation 1. */
  normal(mean?: number, standardDeviation?: number): number;
  /** A permutation of 0 … length−1 (Fisher–Yates). */
  permutation(length: number): Int32Array;
  /** An independent stream for this path, e.g. `split('epoch', 3)`; draws nothing from this one. */
  split(...path: readonly (string | number)[]): Random;
}

type Key = readonly [number, number, number, number];

/**
 * A stream of random numbers for a seed, and optionally for a path below it:
 * `createRandom(7, 'views', epoch)` equals `createRandom(7).split('views', epoch)`.
 *
 * @param seed any finite number or string
 * @throws RangeError if the seed or a part of the path is a number that is not finite
 */
export function createRandom(seed: number | string, ...path: readonly (string | number)[]): Random {
  let key: Key = absorb([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef], seed);
  for (const part of path) key = absorb(key, part);
  return streamOf(key);
}

function streamOf(key: Key): Random {
  let [a, b, c, counter] = key;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  }
  for (let i = 0; i < 12; i++) next();

  function uniform(low = 0, high = 1): number {
    const fraction = ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
    return low + fraction * (high - low);
  }

  function integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296) {
      throw new RangeError(`integer: bound must be an integer from 1 to 2^32, got ${bound}`);
    }
    const limit = 4294967296 - (4294967296 % bound);
    let bits = next();
    while (bits >= limit) bits = next();
    return bits % bound;
  }

  function normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * uniform());
  }

  function permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = integer(last + 1);
      const moved = order[last] as number;
      order[last] = order[other] as number;
      order[other] = moved;
    }
    return order;
  }

  return {
    uniform,
    integer,
    bernoulli: (probability) => uniform() < probability,
    normal,
    permutation,
    split: (...path) => streamOf(path.reduce<Key>(absorb, key)),
  };
}

/** Mixes one part of a path into a key. Strings and numbers never meet: `'1'` and `1` give different keys. */
function absorb(key: Key, part: string | number): Key {
  let mixed = key;
  if (typeof part === 'string') {
    mixed = absorbWord(mixed, 0x73747200 ^ part.length);
    for (let i = 0; i < part.length; i++) mixed = absorbWord(mixed, part.charCodeAt(i));
    return mixed;
  }
  if (!Number.isFinite(part)) throw new RangeError(`createRandom: ${part} is no seed; give a finite number`);
  const words = new Uint32Array(new Float64Array([part === 0 ? 0 : part]).buffer);
  for (const word of words) mixed = absorbWord(mixed, word);
  return mixed;
}

function absorbWord([a, b, c, d]: Key, word: number): Key {
  const first = scramble(a ^ word);
  const second = scramble((b + first) | 0);
  const third = scramble((c ^ second) + 0x9e3779b9);
  return [first, second, third, scramble((d + third) ^ a)];
}

/** MurmurHash3's 32-bit finaliser: every input bit changes every output bit with probability about one half. */
function scramble(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
