import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledFeatures } from '../features/feature-matrix.ts';
import { expectNoLeak } from '../fixtures/expect-no-leak.testing.ts';
import { goldenCases, readFixture, type GoldenCase } from '../fixtures/golden.testing.ts';
import { knnAccuracy, knnVotes } from './knn-accuracy.ts';
import { linearProbe, type FeatureSampler } from './linear-probe.ts';
import { logisticRegressionProbe } from './logistic-regression-probe.ts';
import { argMaxRows, topKAccuracy } from './top-k-accuracy.ts';

const logisticReference = readFixture<{
  cases: { inputs: string; penalty: number; loss: number; top1: number }[];
}>('logistic-regression.json');

/** Noise around one direction a class. */
function classes(rows: number, dim: number, count: number, seed: number, noise = 0.3): LabelledFeatures {
  const random = createRandom(seed);
  const labels = Int32Array.from({ length: rows }, () => random.integer(count));
  const features = Float32Array.from(
    { length: rows * dim },
    (_, at) => (labels[Math.floor(at / dim)] === at % dim ? 1 : 0) + random.normal(0, noise),
  );
  return { features, dim, labels };
}

/** The labelled features of a kNN case. */
function knnSets(golden: GoldenCase): { bank: LabelledFeatures; queries: LabelledFeatures } {
  const set = (features: string, labels: string): LabelledFeatures => ({
    features: Float32Array.from(golden.input(features)),
    dim: golden.rowLength(features),
    labels: Int32Array.from(golden.input(labels)),
  });
  return { bank: set('bank', 'bankLabels'), queries: set('feature', 'labels') };
}

const withLabels = (set: LabelledFeatures, labels: readonly number[]): LabelledFeatures => ({
  ...set,
  labels: Int32Array.from(labels),
});

describe('topKAccuracy', () => {
  it.each(goldenCases('topk_'))('equals solo-learn’s: $name', (golden) => {
    const scores = Float32Array.from(golden.input('logits'));
    const labels = Int32Array.from(golden.input('labels'));
    const classes = golden.rowLength('logits');
    const counts = golden.outputNames.flatMap((name) => /^top(\d+)$/.exec(name)?.slice(1) ?? []).map(Number);
    expect(counts).not.toHaveLength(0);
    for (const k of counts) {
      expect(100 * topKAccuracy(scores, classes, labels, k)).toBeCloseTo(golden.scalar(`top${k}`), 4);
    }
    const predictions = argMaxRows(scores, classes);
    const confusion = new Int32Array(classes ** 2);
    for (const [row, label] of labels.entries()) confusion[label * classes + predictions[row]!]! += 1;
    expect([...confusion]).toEqual(golden.output('confusion'));
  });

  it('orders equal scores, leaves unknown labels out', () => {
    expect(topKAccuracy(new Float32Array(9), 3, Int32Array.of(0, 1, -1), 1)).toBe(0.5);
  });

  it.each([
    [[0], 2, 'topKAccuracy: expected 1 × 2 scores, got 3'],
    [[3], 3, 'topKAccuracy: labels must be from 0 to 2 (or -1 where unknown), got 3 in row 0'],
    [[-1], 3, 'topKAccuracy: expected labelled rows, got 1 without a label'],
  ])('refuses %j of %j', (labels, count, message) => {
    expect(() => topKAccuracy(new Float32Array(3), count, Int32Array.from(labels), 1)).toThrow(message);
  });
});

describe.each(['wasm', 'cpu'] as const)('probes on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(goldenCases('knn_'))('kNN equals lightly’s: $name', async (golden: GoldenCase) => {
    const count = golden.number('classes');
    const { bank, queries } = knnSets(golden);
    const options = { k: golden.number('k'), temperature: golden.number('temperature'), classes: count };
    await expectNoLeak(async () => {
      const { votes } = await knnVotes(bank, queries, options);
      const scores = golden.output('scores');
      for (let row = 0; row < queries.labels.length; row++) {
        const expected = scores.slice(row * count, (row + 1) * count);
        const total = expected.reduce((sum, score) => sum + score, 0);
        for (const [c, score] of expected.entries())
          expect(votes[row * count + c]).toBeCloseTo(score / total, 5);
      }
      expect([...argMaxRows(votes, count)]).toEqual(golden.output('top1'));
      expect((await knnAccuracy(bank, queries, options)).top1).toBeCloseTo(golden.scalar('accuracy'), 12);
    });
  });

  it('kNN takes few neighbours, any temperature, and rows without labels', async () => {
    const train = withLabels(
      classes(40, 8, 8, 1),
      [...classes(40, 8, 8, 1).labels].map((label, row) => (row % 4 ? label : -1)),
    );
    const test = withLabels(classes(20, 8, 8, 2), [-1, ...classes(20, 8, 8, 2).labels.subarray(1)]);
    const result = await knnAccuracy(train, test, { temperature: 1e-6 });
    expect(result).toMatchObject({ k: 30, scored: 19, unlabelled: 1, temperature: 1e-6 });
    expect(result.top1).toBeGreaterThan(0.5);
    expect(result.top5).toBeGreaterThanOrEqual(result.top1);
    expect((await knnAccuracy(classes(30, 8, 3, 1), classes(30, 8, 3, 2))).top5).toBeNull();
  });

  it.each(logisticReference.cases)(
    'logistic regression reaches PyTorch’s optimum: $inputs',
    async (reference) => {
      const [{ bank, queries }] = goldenCases(reference.inputs).map(knnSets) as [ReturnType<typeof knnSets>];
      await expectNoLeak(async () => {
        const result = await logisticRegressionProbe(bank, queries, {
          penalty: reference.penalty,
          maxIterations: 500,
        });
        expect(result.converged).toBe(true);
        expect(result.loss).toBeCloseTo(reference.loss, 7);
        expect(result.top1).toBeCloseTo(reference.top1, 12);
      });
    },
  );

  it('both linear probes separate classes, and repeat themselves', async () => {
    const [train, test] = [classes(300, 12, 6, 5), classes(200, 12, 6, 6)];
    await expectNoLeak(async () => {
      const logistic = await logisticRegressionProbe(train, test);
      const sgd = await linearProbe(train, test, { epochs: 20, batchSize: 64, learningRate: 4 });
      for (const result of [logistic, sgd]) {
        expect(result.top1).toBeGreaterThan(0.9);
        expect(result.top5).toBeGreaterThan(0.98);
        expect(result).toMatchObject({ scored: 200, unlabelled: 0 });
      }
      expect(await linearProbe(train, test, { epochs: 20, batchSize: 64, learningRate: 4 })).toEqual(sgd);
    });
  });

  it('the SGD probe trains on what a sampler gives', async () => {
    const seen: number[] = [];
    const sampler: FeatureSampler = {
      stepsPerEpoch: 2,
      async *epoch(epoch) {
        seen.push(epoch);
        for (let step = 0; step < 2; step++)
          yield await Promise.resolve(classes(64, 12, 6, 100 + 2 * epoch + step));
      },
    };
    const result = await linearProbe(sampler, classes(100, 12, 6, 6), { epochs: 20, learningRate: 2 });
    expect(result.top1).toBeGreaterThan(0.9);
    expect(seen).toEqual([...Array(20).keys()]);
  });
});

describe('bad input', () => {
  const set = classes(10, 4, 3, 1);
  const other = classes(10, 5, 3, 1);
  it.each([
    [
      () => knnAccuracy(set, other),
      'knnAccuracy: train and test features must have the same length, got 4 and 5',
    ],
    [() => knnAccuracy(set, set, { temperature: 0 }), 'knnVotes: temperature must be > 0, got 0'],
    [() => knnAccuracy(set, set, { k: 1.5 }), 'nearestNeighbours: k must be an integer ≥ 1, got 1.5'],
    [
      () => knnAccuracy(set, set, { classes: 2 }),
      'knnAccuracy: test: labels must be from 0 to 1 (or -1 where unknown), got 2 in row',
    ],
    [
      () => knnAccuracy(set, withLabels(set, new Array<number>(10).fill(-1))),
      'knnAccuracy: test: expected labelled rows, got 10 without a label',
    ],
    [
      () => knnAccuracy(withLabels(set, [1]), set),
      'knnVotes: bank: expected a label for each of 10 rows, got 1',
    ],
    [
      () => logisticRegressionProbe(set, other),
      'logisticRegressionProbe: train and test features must have the same length',
    ],
    [
      () => logisticRegressionProbe(set, set, { penalty: -1 }),
      'logisticRegressionProbe: penalty must be ≥ 0, got -1',
    ],
    [
      () =>
        logisticRegressionProbe({ features: new Float32Array(0), dim: 4, labels: new Int32Array(0) }, set),
      'logisticRegressionProbe: train: expected at least one feature vector, got none',
    ],
    [() => linearProbe(set, other), 'linearProbe: train and test features must have the same length'],
    [() => linearProbe(set, set, { epochs: 0 }), 'linearProbe: epochs must be an integer ≥ 1, got 0'],
    [
      () => linearProbe(set, set, { learningRate: 1e38 }),
      'linearProbe: the weights did not stay finite at learning rate 1e+38',
    ],
  ])('%#', async (call, message) => {
    await expectNoLeak(async () => {
      await expect(call()).rejects.toThrow(message);
    });
  });
});
