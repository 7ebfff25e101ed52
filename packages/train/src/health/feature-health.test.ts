import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { expectClose, pick, readGolden } from '../fixtures/golden.testing.ts';
import { effectiveRank, embeddingStd, featureHealth } from './feature-health.ts';

const reference = readGolden('feature-statistics.json')('feature_statistics');
const { data, shape } = pick(reference.inputs, 'x');
const [rows, dim] = shape as [number, number];
const x = Float32Array.from(data);

function normalRows(count: number, width: number): Float32Array {
  const random = createRandom(1);
  return Float32Array.from({ length: count * width }, () => random.normal());
}

describe('effectiveRank', () => {
  it('feature_statistics, against numpy', () => {
    expectClose([effectiveRank(x, dim)], pick(reference.outputs, 'effectiveRank').data);
  });

  it('is the same for the transposed features', () => {
    const transposed = Float32Array.from(
      x,
      (_, at) => x[(at % rows) * dim + Math.floor(at / rows)] as number,
    );
    expect(effectiveRank(transposed, rows)).toBeCloseTo(effectiveRank(x, dim), 6);
  });

  it('goes from 1, for features along one line, to their dimension', () => {
    expect(effectiveRank(Float32Array.from([1, 2, 2, 4, 3, 6]), 2)).toBeCloseTo(1, 5);
    expect(effectiveRank(Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]), 3)).toBeCloseTo(3, 5);
    expect(effectiveRank(new Float32Array(6), 2)).toBe(0);
  });
});

describe('embeddingStd', () => {
  it('feature_statistics, against numpy', () => {
    expectClose([embeddingStd(x, dim)], pick(reference.outputs, 'stdOfNormalizedMean').data);
  });

  it('is near 1/√d for features in all directions, and 0 where all point the same way', () => {
    expect(embeddingStd(normalRows(2000, 16), 16)).toBeCloseTo(1 / 4, 2);
    expect(embeddingStd(Float32Array.from([1, 2, 2, 4, 10, 20]), 2)).toBeCloseTo(0, 6);
    expect(embeddingStd(new Float32Array(4), 2)).toBe(0);
  });
});

describe('featureHealth', () => {
  it('looks at 128 rows at most', () => {
    const many = normalRows(300, 4);
    const health = featureHealth(many, 4);
    expect(Object.values(health).every(Number.isFinite)).toBe(true);
    expect(health).toEqual(featureHealth(many.subarray(0, 128 * 4), 4));
    expect(health).not.toEqual(featureHealth(many.subarray(0, 127 * 4), 4));
  });
});
