import { describe, expect, it } from 'vitest';
import { createRandom } from '@ssl/random';
import { assignLabels } from './assign-labels.ts';
import { goldenCase, numberOf, pick, readGolden } from '../fixtures/golden.testing.ts';

const cases = readGolden('sela.json');

describe('assignLabels, against the authors’ code in float64', () => {
  const withProbabilities = cases.filter(({ inputs }) => 'probs' in inputs);

  it.each(withProbabilities)('$name', (reference) => {
    const { inputs, outputs } = reference;
    const options = { classes: numberOf(reference, 'K'), lambda: numberOf(reference, 'lambda_') };
    const logits = pick(inputs, 'probs').data.map(Math.log);
    const found = assignLabels(logits, { ...options, tolerance: numberOf(reference, 'tolerance') });
    expect([...found.labels]).toEqual(pick(outputs, 'labels').data);
    expect([...found.counts]).toEqual(pick(outputs, 'counts').data);
    expect([found.iterations]).toEqual(pick(outputs, 'iterations').data);
    expect(found.error).toBeCloseTo(pick(outputs, 'finalErr').data[0] as number, 5);

    const converged = assignLabels(logits, { ...options, tolerance: 1e-9 });
    expect([...converged.labels]).toEqual(pick(outputs, 'labelsConverged').data);
  });

  it('sela_multihead', () => {
    const reference = goldenCase('sela.json')('sela_multihead');
    const { inputs, outputs } = reference;
    const [N, K, D] = (['N', 'K', 'D'] as const).map((key) => numberOf(reference, key)) as [
      number,
      number,
      number,
    ];
    const [features, W, b] = (['features', 'W', 'b'] as const).map((key) => pick(inputs, key).data) as [
      readonly number[],
      readonly number[],
      readonly number[],
    ];
    const options = {
      classes: K,
      lambda: numberOf(reference, 'lambda_'),
      tolerance: numberOf(reference, 'tolerance'),
    };
    for (let head = 0; head < numberOf(reference, 'heads'); head++) {
      const logits = Array.from({ length: N * K }, (_, at) => {
        const [n, k] = [Math.floor(at / K), at % K];
        let sum = b[head * K + k] as number;
        for (let d = 0; d < D; d++)
          sum += (features[n * D + d] as number) * (W[(head * K + k) * D + d] as number);
        return sum;
      });
      const { labels, iterations } = assignLabels(logits, options);
      expect([...labels]).toEqual(pick(outputs, 'labels').data.slice(head * N, (head + 1) * N));
      expect(iterations).toBe(pick(outputs, 'iterations').data[head]);
    }
  });
});

describe('assignLabels', () => {
  it('spreads samples over the classes however sure the network is of one of them', () => {
    const random = createRandom(0);
    const logits = Float32Array.from({ length: 200 * 10 }, (_, at) =>
      at % 10 === 3 ? 60 : random.uniform(-1, 1),
    );
    const { counts, labels } = assignLabels(logits, { classes: 10 });
    expect(Math.max(...counts)).toBeLessThanOrEqual(26);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(14);
    expect(labels).toHaveLength(200);
  });

  it('does not mind an offset of a row', () => {
    const logits = [1, 2, 0, 4, 4, 2, 0, 1, 9];
    const shifted = logits.map((logit, at) => logit + 500 * Math.floor(at / 3));
    const assignment = assignLabels(logits, { classes: 3 });
    expect(Number.isFinite(assignment.error)).toBe(true);
    expect(assignLabels(shifted, { classes: 3 })).toEqual(assignment);
  });

  it('says what it cannot work with', () => {
    expect(() => assignLabels([1, 2, 3], { classes: 2 })).toThrow(
      'assignLabels: expected [samples,classes] logits and lambda > 0, got 3 logits for 2 classes and lambda 25',
    );
    expect(() => assignLabels([1, NaN], { classes: 2 })).toThrow('sample 0 has a logit that is no finite');
  });
});
