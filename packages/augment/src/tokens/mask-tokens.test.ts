import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteVocabulary } from './byte-vocabulary.ts';
import { maskTokens, type MaskTokensOptions } from './mask-tokens.ts';

const { maskId, paddingId, ordinaryTokens: vocabularySize } = byteVocabulary;

const sequences = fc.array(
  fc.oneof({ arbitrary: fc.nat(vocabularySize - 1), weight: 9 }, fc.constant(paddingId)),
  {
    maxLength: 80,
  },
);

function mask(ids: ArrayLike<number>, options: Partial<MaskTokensOptions> = {}) {
  return maskTokens(ids, { maskId, vocabularySize, random: createRandom(0), ...options });
}

describe('maskTokens', () => {
  it('chooses the exact number of ordinary tokens, at least one, and changes nothing else', () => {
    fc.assert(
      fc.property(sequences, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(), (ids, ratio, seed) => {
        const { inputs, targets } = mask(ids, { ratio, random: createRandom(seed) });
        const ordinary = ids.filter((id) => id < vocabularySize).length;
        const chosen = targets.filter((target) => target !== -1).length;
        expect(chosen).toBe(Math.max(Math.min(1, ordinary), Math.round(ratio * ordinary)));
        ids.forEach((id, position) => {
          if (targets[position] === -1) expect(inputs[position]).toBe(id);
          else expect(targets[position]).toBe(id);
          if (id === paddingId) expect([inputs[position], targets[position]]).toEqual([paddingId, -1]);
        });
      }),
    );
  });

  it.each([
    [0.1, 0.1],
    [0, 0],
    [0, 1],
    [1, 0],
    [0.3, 0.5],
  ])('keeps a share of %d and replaces a share of %d of the chosen', (keepShare, randomShare) => {
    // Ids that a random token can rarely be: kept tokens and random ones can be told apart.
    const size = 10_000;
    const ids = new Int32Array(40_000).fill(7);
    const { inputs, targets } = mask(ids, {
      ratio: 0.5,
      vocabularySize: size,
      maskId: size,
      keepShare,
      randomShare,
    });
    const chosen = [...inputs].filter((_, position) => targets[position] === 7);
    expect(chosen).toHaveLength(20_000);
    const share = (is: (id: number) => boolean): number => chosen.filter(is).length / chosen.length;
    // Five standard deviations of a share of 20,000 draws are at most 0.018.
    expect(Math.abs(share((id) => id === 7) - keepShare)).toBeLessThan(0.018);
    expect(Math.abs(share((id) => id !== 7 && id < size) - randomShare)).toBeLessThan(0.018);
    expect(Math.abs(share((id) => id === size) - (1 - keepShare - randomShare))).toBeLessThan(0.018);
  });

  it('chooses every position equally often, and puts in every token', () => {
    const counts = new Array<number>(10).fill(0);
    const seen = new Set<number>();
    for (let seed = 0; seed < 4000; seed++) {
      const { inputs, targets } = mask(new Int32Array(10).fill(3), {
        ratio: 0.3,
        randomShare: 1,
        keepShare: 0,
        vocabularySize: 4,
        random: createRandom(seed),
      });
      targets.forEach((target, position) => {
        if (target === -1) return;
        counts[position]! += 1;
        seen.add(inputs[position] as number);
      });
    }
    for (const count of counts) expect(Math.abs(count / 4000 - 0.3)).toBeLessThan(0.04);
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });

  it('is determined by its random stream, and leaves the given ids alone', () => {
    const ids = Int32Array.from({ length: 60 }, (_, index) => index);
    const copy = ids.slice();
    expect(mask(ids)).toEqual(mask(ids));
    expect(mask(ids)).not.toEqual(mask(ids, { random: createRandom(1) }));
    expect(ids).toEqual(copy);
  });

  it('chooses nothing in an empty or padded sequence, or at ratio 0', () => {
    expect(mask([])).toEqual({ inputs: new Int32Array(0), targets: new Int32Array(0) });
    expect(mask([paddingId, paddingId]).targets).toEqual(Int32Array.of(-1, -1));
    expect(mask([1, 2, 3], { ratio: 0 })).toEqual({
      inputs: Int32Array.of(1, 2, 3),
      targets: Int32Array.of(-1, -1, -1),
    });
  });

  it.each([
    [{ ratio: 1.5 }, 'maskTokens: ratio must be in [0, 1], got 1.5'],
    [{ keepShare: -0.1 }, 'maskTokens: keepShare must be in [0, 1], got -0.1'],
    [{ keepShare: 0.7, randomShare: 0.5 }, 'maskTokens: keepShare + randomShare must be in [0, 1], got 1.2'],
    [{ vocabularySize: 0 }, 'maskTokens: vocabularySize must be a positive integer, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => mask([1], options)).toThrow(message);
  });

  it('chooses neighbours together in spans, up to the exact number, and treats a span alike', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 1, max: 6 }), fc.nat(), (ids, spanLength, seed) => {
        const options = { ratio: 0.4, spanLength, keepShare: 0, randomShare: 0, random: createRandom(seed) };
        const { inputs, targets } = mask(ids, options);
        const ordinary = ids.filter((id) => id < vocabularySize).length;
        const chosen = targets.filter((target) => target !== -1).length;
        expect(chosen).toBe(Math.max(Math.min(1, ordinary), Math.round(0.4 * ordinary)));
        ids.forEach((id, position) => {
          expect(inputs[position]).toBe(targets[position] === -1 ? id : maskId);
        });
      }),
    );
    const ids = new Int32Array(2000).fill(7);
    const { inputs, targets } = mask(ids, { ratio: 0.1, spanLength: 5, keepShare: 0.5, randomShare: 0 });
    const runs = targets.join().match(/7(,7)*/g) ?? [];
    expect(runs.length).toBeLessThanOrEqual(50);
    const fates = Array.from(inputs, (id, position) =>
      targets[position] === -1 ? '.' : id === maskId ? 'm' : 'k',
    ).join('');
    // Spans of five are kept or masked whole: lone letters can only be where two spans meet.
    expect(fates.match(/m{5}|k{5}/g)?.length).toBeGreaterThan(25);
    expect(fates).toMatch(/m/);
    expect(fates).toMatch(/k/);
  });

  it('refuses a span of no length', () => {
    expect(() => mask([1, 2], { spanLength: 0 })).toThrow(
      new RangeError('maskTokens: spanLength must be a positive integer, got 0'),
    );
  });
});
