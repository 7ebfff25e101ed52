import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeak } from '../fixtures/expect-no-leak.testing.ts';
import { clusterScores } from './cluster-scores.ts';
import { assignToCentroids, kMeans } from './k-means.ts';

const dim = 4;
const random = createRandom(3);
const truth = Int32Array.from({ length: 300 }, (_, row) => row % 5);
/** Five clouds far from each other, and far from the origin. */
const clouds = {
  features: Float32Array.from(
    { length: 300 * dim },
    (_, at) => 1000 + 7 * ((truth[Math.floor(at / dim)]! * (1 + (at % dim))) % 5) + random.normal(),
  ),
  dim,
};

describe.each(['wasm', 'cpu'] as const)('kMeans on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('finds separate clouds, and repeats itself', async () => {
    await expectNoLeak(async () => {
      const fit = await kMeans(clouds, { clusters: 5 });
      expect(clusterScores(truth, fit.assignments).acc).toBe(1);
      expect(fit.converged).toBe(true);
      expect(fit.inertia / 300).toBeCloseTo(dim, 0);
      expect(await kMeans(clouds, { clusters: 5 })).toEqual(fit);
      expect(await assignToCentroids(clouds, fit)).toEqual(fit.assignments);
      const centre = fit.assignments[0]!;
      for (let i = 0; i < dim; i++) {
        const members = [...truth.keys()].filter((row) => fit.assignments[row] === centre);
        const mean = members.reduce((sum, row) => sum + clouds.features[row * dim + i]!, 0) / members.length;
        expect(fit.centroids[centre * dim + i]).toBeCloseTo(mean, 3);
      }
    });
  });

  it('never gets worse with more clusters', async () => {
    const inertias: number[] = [];
    for (const clusters of [1, 2, 4, 8, 16]) inertias.push((await kMeans(clouds, { clusters })).inertia);
    for (const [index, inertia] of inertias.slice(1).entries()) {
      expect(inertia).toBeLessThanOrEqual(inertias[index]!);
    }
  });
});

it('takes rows that are all the same, and a cluster for every row', async () => {
  const same = { features: new Float32Array(10).fill(3), dim: 2 };
  const fit = await kMeans(same, { clusters: 3 });
  expect(fit).toMatchObject({ inertia: 0, converged: true });
  expect([...fit.centroids]).toEqual(new Array(3 * 2).fill(3));
  const each = await kMeans({ features: Float32Array.of(1, 5, 9), dim: 1 }, { clusters: 3 });
  expect(each.inertia).toBe(0);
  expect(new Set(each.assignments).size).toBe(3);
});

it.each([
  [
    () => kMeans({ features: Float32Array.of(1, 2), dim: 1 }, { clusters: 3 }),
    'kMeans: expected at least as many rows as clusters (3), got 2',
  ],
  [() => kMeans(clouds, { clusters: 0 }), 'kMeans: clusters must be an integer ≥ 1, got 0'],
  [
    () => kMeans({ features: Float32Array.of(1, Infinity), dim: 1 }, { clusters: 1 }),
    'kMeans: features must be finite, got Infinity in row 1',
  ],
  [
    () => assignToCentroids(clouds, { centroids: new Float32Array(3), clusters: 1, dim: 3 }),
    'assignToCentroids: expected features of length 3 as the centroids, got 4',
  ],
])('refuses bad input %#', async (call, message) => {
  await expect(call()).rejects.toThrow(message);
});
