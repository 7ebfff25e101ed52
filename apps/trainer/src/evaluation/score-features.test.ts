import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { scoreFeatures, scorePredictions, scoreProbabilities } from './score-features.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

/** Rows around one centre a class; of each class, rows whose label is not known as well. */
function rowsOf(
  known: number,
  unknown: number,
  seed: number,
): { features: Float32Array; dim: number; labels: Int32Array } {
  const random = createRandom(seed);
  const labels: number[] = [];
  const features: number[] = [];
  for (let row = 0; row < known + unknown; row++) {
    const label = row % 3;
    for (let axis = 0; axis < 3; axis++) features.push((axis === label ? 3 : 0) + random.normal(0, 1));
    labels.push(row < known ? label : -1);
  }
  return { features: Float32Array.from(features), dim: 3, labels: Int32Array.from(labels) };
}

function labelledOf({ features, dim, labels }: ReturnType<typeof rowsOf>): ReturnType<typeof rowsOf> {
  const known = labels.filter((label) => label >= 0).length;
  return { features: features.slice(0, known * dim), dim, labels: labels.slice(0, known) };
}

describe('samples without a label', () => {
  it('change no score of kNN and of the linear probe', async () => {
    const [bank, test] = [rowsOf(60, 30, 1), rowsOf(45, 21, 2)];
    const all = await scoreFeatures({ bank, test }, ['knn', 'linear'], 0);
    const some = await scoreFeatures(
      { bank: labelledOf(bank), test: labelledOf(test) },
      ['knn', 'linear'],
      0,
    );
    expect(all).toEqual(some);
    expect(all.knn?.top1).toBeGreaterThan(0.5);
  });

  it('are left out of the agreement of classes, and of the accuracy', () => {
    const labels = Int32Array.of(0, 1, -1, 1);
    expect(scorePredictions(labels, Int32Array.of(1, 0, 1, 0), 2)?.acc).toBe(1);
    const probabilities = Float32Array.of(0.9, 0.1, 0.2, 0.8, 1, 0, 0.6, 0.4);
    expect(scoreProbabilities({ labels, probabilities }, 2)).toEqual({ top1: 2 / 3, top5: null });
  });
});

describe('scoreProbabilities', () => {
  it('counts the label among the five most probable classes; of equal ones, the first goes before', () => {
    const probabilities = Float32Array.of(
      0.3,
      0.2,
      0.2,
      0.1,
      0.1,
      0.1,
      0,
      ...new Array<number>(7).fill(1 / 7),
    );
    const score = (...labels: number[]): unknown =>
      scoreProbabilities({ labels: Int32Array.from(labels), probabilities }, 7);
    expect(score(0, 0)).toEqual({ top1: 1, top5: 1 });
    expect(score(4, 5)).toEqual({ top1: 0, top5: 0.5 });
  });

  it('is null without labels, and where they are other classes', () => {
    const probabilities = Float32Array.of(0.5, 0.5);
    expect(scoreProbabilities({ probabilities }, 2)).toBeNull();
    expect(scoreProbabilities({ labels: Int32Array.of(-1), probabilities }, 2)).toBeNull();
    expect(scoreProbabilities({ labels: Int32Array.of(2), probabilities }, 2)).toBeNull();
  });
});
