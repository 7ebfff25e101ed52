import { useBackend } from '@ssl/backend/node';
import type { FeatureMatrix } from '@ssl/eval';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddingMap } from './embedding-map.ts';

/** `groups` far-apart directions with small noise around each. */
function groupedFeatures(rows: number, columns: number, groups: number): FeatureMatrix {
  const random = createRandom(1);
  const features = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return (column === row % groups ? 1 : 0) + random.normal(0, 0.02);
  });
  return { features, dim: columns };
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('embeddingMap', () => {
  it('keeps groups together, and repeats itself with the same seed', async () => {
    const features = groupedFeatures(90, 8, 3);
    const { points, algorithm } = await embeddingMap(features, createRandom(2));
    expect(algorithm).toBe('UMAP');
    expect((await embeddingMap(features, createRandom(2))).points).toEqual(points);
    const distance = (a: number, b: number): number =>
      Math.hypot(points[2 * a]! - points[2 * b]!, points[2 * a + 1]! - points[2 * b + 1]!);
    const nearest = Array.from({ length: 90 }, (_, a) =>
      Array.from({ length: 90 }, (_, b) => b)
        .filter((b) => b !== a)
        .reduce((best, b) => (distance(a, b) < distance(a, best) ? b : best)),
    );
    const together = nearest.filter((b, a) => a % 3 === b % 3).length;
    expect(together).toBe(90);
  });

  it('takes principal components where there are few points', async () => {
    const { points, algorithm } = await embeddingMap(groupedFeatures(6, 8, 2), createRandom(2));
    expect(algorithm).toBe('PCA');
    const firstAxis = [0, 2, 4, 6, 8, 10].map((at) => Math.sign(points[at]!));
    expect(firstAxis[0]).not.toBe(firstAxis[1]);
    expect(firstAxis).toEqual([0, 1, 2, 3, 4, 5].map((row) => firstAxis[row % 2]));
    const lone = await embeddingMap({ features: Float32Array.of(1, 2), dim: 2 }, createRandom(1));
    expect(lone.points).toEqual(Float32Array.of(0, 0));
  });
});
