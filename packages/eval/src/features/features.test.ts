import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak } from '../fixtures/expect-no-leak.testing.ts';
import { goldenCases, type GoldenCase } from '../fixtures/golden.testing.ts';
import { alignment, silhouette, uniformity } from './embedding-quality.ts';
import type { FeatureMatrix } from './feature-matrix.ts';
import { featureSpectrum } from './feature-spectrum.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { pca } from './pca.ts';
import { createRowProducts } from './row-products.ts';

function gaussian(rows: number, dim: number, seed = 0): FeatureMatrix {
  const random = createRandom(seed);
  return { features: Float32Array.from({ length: rows * dim }, () => random.normal()), dim };
}

const [golden] = goldenCases('feature_statistics') as [GoldenCase];
const x: FeatureMatrix = { features: Float32Array.from(golden.input('x')), dim: golden.rowLength('x') };

describe('feature statistics, against NumPy, scikit-learn and the authors’ code', () => {
  it('featureSpectrum', () => {
    const spectrum = featureSpectrum(x);
    for (const name of ['effectiveRank', 'effectiveRankCentered', 'rankMe', 'participationRatio'] as const) {
      expect(spectrum[name], name).toBeCloseTo(golden.scalar(name), 9);
    }
    for (const name of ['singularValues', 'explainedVarianceRatio'] as const) {
      expect(spectrum[name]).toHaveLength(golden.output(name).length);
      for (const [i, value] of golden.output(name).entries()) expect(spectrum[name][i]).toBeCloseTo(value, 9);
    }
    expect(spectrum.embeddingStd).toBeCloseTo(golden.scalar('stdOfNormalizedMean'), 9);
  });

  it('alignment, uniformity, silhouette', () => {
    const y: FeatureMatrix = { features: Float32Array.from(golden.input('y')), dim: golden.rowLength('y') };
    const alpha = golden.numberIn('alignment', 'alpha');
    expect(alignment(x, y, alpha)).toBeCloseTo(golden.scalar('alignment'), 9);
    expect(uniformity(x, golden.numberIn('uniformity', 't'))).toBeCloseTo(golden.scalar('uniformity'), 9);
    const labels = Int32Array.from(golden.input('labels'));
    expect(silhouette({ ...x, labels })).toBeCloseTo(golden.scalar('silhouette'), 9);
  });
});

describe('feature statistics at their ends', () => {
  it('tells collapse from full rank', () => {
    const collapsed = featureSpectrum({ features: new Float32Array(60).fill(0.5), dim: 6 });
    expect(collapsed.effectiveRank).toBeCloseTo(1, 5);
    expect(collapsed.embeddingStd).toBeCloseTo(0, 9);
    const full = featureSpectrum(gaussian(2000, 6));
    expect(full.effectiveRank).toBeGreaterThan(5.99);
    expect(full.embeddingStd).toBeCloseTo(1 / Math.sqrt(6), 2);
    for (const value of Object.values(featureSpectrum({ features: new Float32Array(6), dim: 3 }))) {
      const numbers = typeof value === 'number' ? [value] : [...(value as Float64Array)];
      expect(numbers).not.toHaveLength(0);
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
    expect(uniformity({ features: new Float32Array(8).fill(1), dim: 2 })).toBe(0);
    expect(alignment(x, x)).toBe(0);
  });

  it.each([
    [
      () => featureSpectrum({ features: new Float32Array(0), dim: 3 }),
      'featureSpectrum: expected at least one feature vector, got none',
    ],
    [
      () => featureSpectrum({ features: new Float32Array(7), dim: 3 }),
      'expected whole rows of 3 values, got 7 values (2.33 rows)',
    ],
    [
      () => featureSpectrum({ features: Float32Array.of(1, NaN), dim: 1 }),
      'features must be finite, got NaN in row 1',
    ],
    [
      () => alignment(gaussian(30, 8), gaussian(3, 8)),
      'alignment: x [30,8] and y [3,8] must have the same shape',
    ],
    [() => uniformity(gaussian(1, 2)), 'uniformity: expected at least 2 rows, got 1'],
    [
      () => silhouette({ ...gaussian(4, 2), labels: new Int32Array(4) }),
      'silhouette: expected 2 to 3 classes among 4 rows, got 1',
    ],
    [
      () => silhouette({ ...gaussian(4, 2), labels: new Int32Array(3) }),
      'silhouette: expected a label for each of 4 rows, got 3',
    ],
  ])('refuses bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('createRowProducts multiplies from both sides, over several blocks', async () => {
    const [rows, dim, count] = [41, 30, 2];
    const matrix = { features: Float32Array.from({ length: rows * dim }, (_, at) => (at % 7) - 3), dim };
    const left = Float32Array.from({ length: rows * count }, (_, at) => (at % 3) - 1);
    await expectNoLeak(async () => {
      const products = createRowProducts(matrix, 400);
      const ones = new Float32Array(dim * count).fill(1).fill(2, dim);
      const projected = await products.project(ones, count);
      const combined = await products.combine(left, count);
      products.dispose();
      for (const row of [0, 12, 13, 39, 40]) {
        let sum = 0;
        for (let i = 0; i < dim; i++) sum += matrix.features[row * dim + i]!;
        expect(projected[row * count]).toBeCloseTo(sum, 3);
        expect(projected[row * count + 1]).toBeCloseTo(2 * sum, 3);
      }
      for (const column of [0, 11, dim - 1]) {
        let sum = 0;
        for (let row = 0; row < rows; row++)
          sum += left[row * count + 1]! * matrix.features[row * dim + column]!;
        expect(combined[dim + column]).toBeCloseTo(sum, 3);
      }
    });
  });

  it('nearestNeighbours finds what looking at every pair finds', async () => {
    const [queries, bank] = [gaussian(37, 5, 1), gaussian(53, 5, 2)];
    await expectNoLeak(async () => {
      const { k, indices, similarities } = await nearestNeighbours(queries, bank, { k: 4 });
      expect(k).toBe(4);
      for (let query = 0; query < 37; query++) {
        const all = Array.from({ length: 53 }, (_, row) => cosine(queries, query, bank, row));
        const order = [...all.keys()].sort((a, b) => all[b]! - all[a]! || a - b);
        expect([...indices.subarray(query * 4, query * 4 + 4)]).toEqual(order.slice(0, 4));
        expect(similarities[query * 4]).toBeCloseTo(all[order[0]!]!, 5);
      }
    });
  });

  it('nearestNeighbours orders equal rows, leaves rows out, and takes a small bank whole', async () => {
    const same = { features: new Float32Array(12).fill(2), dim: 2 };
    const { indices } = await nearestNeighbours(same, same, {
      k: 3,
      exclude: Int32Array.of(0, 1, 2, 3, 4, -1),
    });
    expect([...indices]).toEqual([1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect((await nearestNeighbours(same, same, { k: 99 })).k).toBe(6);
    const alone = { features: Float32Array.of(1, 0), dim: 2 };
    const nobody = await nearestNeighbours(alone, alone, { k: 1, exclude: Int32Array.of(0) });
    expect([...nobody.indices]).toEqual([-1]);
  });

  it('pca finds the axes of a stretched cloud, and agrees with the spectrum', async () => {
    const found = await pca(x, { components: x.dim });
    for (const [i, ratio] of golden.output('explainedVarianceRatio').entries()) {
      expect(Math.abs(found.varianceRatios[i]! - ratio)).toBeLessThan(1e-5);
    }
    const scales = [9, 5, ...new Array<number>(198).fill(0.1)];
    const cloud = gaussian(400, 200);
    cloud.features.forEach((value, at) => (cloud.features[at] = value * scales[at % 200]! + 3));
    await expectNoLeak(async () => {
      const { components, directions, scores, variances } = await pca(cloud);
      expect(components).toBe(2);
      expect(directions[0]).toBeGreaterThan(0.99);
      expect(directions[201]).toBeGreaterThan(0.99);
      expect(Math.sqrt(variances[0]!)).toBeCloseTo(9, 0);
      const first = Float64Array.from({ length: 400 }, (_, row) => scores[row * 2]!);
      const variance = first.reduce((sum, v) => sum + v * v, 0) / 399;
      expect(variance / variances[0]!).toBeCloseTo(1, 4);
    });
    const flat = await pca({ features: new Float32Array(20).fill(1), dim: 4 });
    expect([...flat.scores]).toEqual(new Array(5 * 2).fill(0));
    expect([...flat.varianceRatios]).toEqual([0, 0]);
  });
});

it.each([
  [
    () => nearestNeighbours(gaussian(2, 3), gaussian(2, 4), { k: 1 }),
    'nearestNeighbours: train and test features must have the same length, got 4 and 3',
  ],
  [
    () => nearestNeighbours(gaussian(2, 3), gaussian(2, 3), { k: 0 }),
    'nearestNeighbours: k must be an integer ≥ 1, got 0',
  ],
  [
    () => nearestNeighbours(gaussian(2, 3), gaussian(2, 3), { k: 1, exclude: Int32Array.of(0) }),
    'nearestNeighbours: expected an excluded row for each of 2 queries, got 1',
  ],
  [() => pca(gaussian(1, 3)), 'pca: expected at least 2 rows, got 1'],
  [() => pca(gaussian(3, 3), { components: 0 }), 'pca: components must be an integer ≥ 1, got 0'],
])('refuses bad input %#', async (call, message) => {
  await expect(call()).rejects.toThrow(message);
});

function cosine(a: FeatureMatrix, rowA: number, b: FeatureMatrix, rowB: number): number {
  const left = a.features.subarray(rowA * a.dim, (rowA + 1) * a.dim);
  const right = b.features.subarray(rowB * b.dim, (rowB + 1) * b.dim);
  return (
    left.reduce((sum, value, i) => sum + value * right[i]!, 0) / Math.hypot(...left) / Math.hypot(...right)
  );
}
