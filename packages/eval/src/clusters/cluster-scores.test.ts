import { createRandom, type Random } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenCases } from '../fixtures/golden.testing.ts';
import { clusterScores } from './cluster-scores.ts';
import { countPairs } from './contingency.ts';
import { entropyOfSizes, mutualInformation } from './mutual-information.ts';

const draw = (random: Random, rows: number, classes: number): Int32Array =>
  Int32Array.from({ length: rows }, () => random.integer(classes));

/** Two labelings of the same rows, of any numbers of classes. */
const labelings = fc
  .tuple(
    fc.integer(),
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([seed, rows, classes, clusters]) => {
    const random = createRandom(seed);
    return { labels: draw(random, rows, classes), predictions: draw(random, rows, clusters), random };
  });

describe('clusterScores, against scikit-learn, SciPy and the authors’ code', () => {
  it.each(goldenCases('clustering_'))('$name', (golden) => {
    const labels = Int32Array.from(golden.input('labels'));
    const predictions = Int32Array.from(golden.input('pred'));
    const scores = clusterScores(labels, predictions);
    const expected = {
      acc: 'hungarian_accuracy',
      overclusteredAcc: 'selfclassifier_accuracy',
      nmi: 'nmi',
      ami: 'ami',
      ari: 'ari',
      purity: 'purity',
    } as const;
    for (const [name, key] of Object.entries(expected)) {
      expect(scores[name as keyof typeof expected], name).toBeCloseTo(golden.scalar(key), 11);
    }
    const pairs = countPairs('test', labels, predictions);
    const information = mutualInformation(pairs);
    expect(information).toBeCloseTo(golden.scalar('mutual_info_nats'), 12);
    if (pairs.labels.length > 1) {
      expect(information / entropyOfSizes(pairs.labelSizes)).toBeCloseTo(golden.scalar('homogeneity'), 11);
    }
  });
});

describe('clusterScores', () => {
  it('stays within its bounds', () => {
    fc.assert(
      fc.property(labelings, ({ labels, predictions }) => {
        const { acc, overclusteredAcc, nmi, ami, ari, purity } = clusterScores(labels, predictions);
        for (const fraction of [acc, overclusteredAcc, nmi, purity]) {
          expect(fraction).toBeGreaterThanOrEqual(0);
          expect(fraction).toBeLessThanOrEqual(1);
        }
        expect(overclusteredAcc).toBeGreaterThanOrEqual(acc);
        expect(purity).toBeGreaterThanOrEqual(overclusteredAcc);
        for (const adjusted of [ami, ari]) {
          expect(adjusted).toBeGreaterThan(-1.01);
          expect(adjusted).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it('does not depend on how classes are numbered, nor on the order of rows', () => {
    fc.assert(
      fc.property(labelings, ({ labels, predictions, random }) => {
        const renamed = random.permutation(9);
        const order = random.permutation(labels.length);
        const before = clusterScores(labels, predictions);
        const after = clusterScores(
          Int32Array.from(order, (row) => labels[row]!),
          Int32Array.from(order, (row) => renamed[predictions[row]!]!),
        );
        for (const name of ['acc', 'nmi', 'ami', 'ari', 'purity'] as const) {
          expect(after[name], name).toBeCloseTo(before[name], 10);
        }
      }),
    );
  });

  it('gives 1 to a labelling with other names', () => {
    fc.assert(
      fc.property(labelings, ({ labels, random }) => {
        const renamed = random.permutation(9);
        const scores = clusterScores(
          labels,
          labels.map((label) => renamed[label]!),
        );
        for (const name of ['acc', 'overclusteredAcc', 'nmi', 'ami', 'ari', 'purity'] as const) {
          expect(scores[name], name).toBeCloseTo(1, 10);
        }
      }),
    );
  });

  it('takes chance out of AMI and ARI, also with a thousand clusters', () => {
    const random = createRandom(4);
    for (const clusters of [10, 1000]) {
      const scores = clusterScores(draw(random, 20_000, 10), draw(random, 20_000, clusters));
      expect(Math.abs(scores.ami)).toBeLessThan(0.003);
      expect(Math.abs(scores.ari)).toBeLessThan(0.003);
      if (clusters === 1000) expect(scores.nmi).toBeGreaterThan(0.05);
    }
  });

  it('counts classes, their sizes, and what each stands for', () => {
    const scores = clusterScores(Int32Array.of(7, 7, 3, 3, -1, 3), Int32Array.of(2, 2, 0, 0, 3, 2), {
      classes: 5,
    });
    expect(scores).toMatchObject({ classes: 5, classesUsed: 3, scored: 5, unlabelled: 1, acc: 0.8 });
    expect([...scores.clusterSizes]).toEqual([2, 0, 3, 1, 0]);
    expect([...scores.labelOfCluster]).toEqual([3, -1, 7, -1, -1]);
  });

  it.each([
    [[0, 1], [0], {}, 'clusterScores: expected a prediction for each of 2 labels, got 1'],
    [[], [], {}, 'clusterScores: expected labelled rows, got 0 without a label'],
    [[-1, -1], [0, 1], {}, 'clusterScores: expected labelled rows, got 2 without a label'],
    [[-2, 1], [0, 1], {}, 'clusterScores: labels must be -1 or more, got -2 in row 0'],
    [[0, 1], [0, -1], {}, 'clusterScores: predictions must be 0 or more, got -1 in row 1'],
    [
      [0, 1],
      [0, 4],
      { classes: 3 },
      'clusterScores: classes must be at least 5 (the largest prediction is 4), got 3',
    ],
  ])('refuses %j, %j, %j', (labels, predictions, options, message) => {
    expect(() => clusterScores(Int32Array.from(labels), Int32Array.from(predictions), options)).toThrow(
      message,
    );
  });
});
