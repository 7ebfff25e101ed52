import { describe, expect, it } from 'vitest';
import { createRandom } from '@ssl/random';
import { assignLabels } from './assign-labels.ts';
import { readGolden } from '../fixtures/golden.testing.ts';

const cases = readGolden('sela.json');

describe('assignLabels, against the authors’ code in float64', () => {
  const withProbabilities = cases.filter(({ inputs }) => 'probs' in inputs);

  it.each(withProbabilities)('$name', ({ inputs, outputs, params }) => {
    const { K, lambda_, tolerance } = params as Record<'K' | 'lambda_' | 'tolerance', number>;
    const logits = (inputs['probs']?.data ?? []).map(Math.log);
    const found = assignLabels(logits, { classes: K, lambda: lambda_, tolerance });
    expect([...found.labels]).toEqual(outputs['labels']?.data);
    expect([...found.counts]).toEqual(outputs['counts']?.data);
    expect(found.iterations).toBe(outputs['iterations']?.data[0]);
    expect(found.error).toBeCloseTo(outputs['finalErr']?.data[0] ?? NaN, 5);

    const converged = assignLabels(logits, { classes: K, lambda: lambda_, tolerance: 1e-9 });
    expect([...converged.labels]).toEqual(outputs['labelsConverged']?.data);
  });

  it('sela_multihead', () => {
    const reference = cases.find(({ name }) => name === 'sela_multihead');
    const { N, K, D } = reference?.params as Record<'N' | 'K' | 'D', number>;
    const { features, W, b } = reference?.inputs ?? {};
    const value = (tensor: typeof W, index: number): number => tensor?.data[index] as number;
    for (const head of [0, 1]) {
      const logits = Array.from({ length: N * K }, (_, at) => {
        const [n, k] = [Math.floor(at / K), at % K];
        let sum = value(b, head * K + k);
        for (let d = 0; d < D; d++) sum += value(features, n * D + d) * value(W, (head * K + k) * D + d);
        return sum;
      });
      const { labels, iterations } = assignLabels(logits, { classes: K });
      expect([...labels]).toEqual(reference?.outputs['labels']?.data.slice(head * N, (head + 1) * N));
      expect(iterations).toBe(reference?.outputs['iterations']?.data[head]);
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
    expect(assignLabels(shifted, { classes: 3 })).toEqual(assignLabels(logits, { classes: 3 }));
  });

  it('says what it cannot work with', () => {
    expect(() => assignLabels([1, 2, 3], { classes: 2 })).toThrow(
      'assignLabels: expected [samples,classes] logits and lambda > 0, got 3 logits for 2 classes and lambda 25',
    );
    expect(() => assignLabels([1, NaN], { classes: 2 })).toThrow('sample 0 has a logit that is no finite');
  });
});
