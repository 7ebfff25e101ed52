import { describe, expect, it } from 'vitest';
import { goldenCases } from '../fixtures/golden.testing.ts';
import { confusionMatrix } from './confusion-matrix.ts';

describe('confusionMatrix', () => {
  it.each(goldenCases('confusion_'))('equals scikit-learn’s: $name', (golden) => {
    const confusion = confusionMatrix(
      Int32Array.from(golden.input('labels')),
      Int32Array.from(golden.input('pred')),
      golden.output('precision').length,
    );
    expect([...confusion.counts]).toEqual(golden.output('confusion'));
    for (const name of ['precision', 'recall', 'f1'] as const) {
      for (const [c, value] of golden.output(name).entries())
        expect(confusion[name][c]).toBeCloseTo(value, 12);
    }
    expect(confusion.balancedAccuracy).toBeCloseTo(golden.scalar('balancedAccuracy'), 12);
    expect(confusion.macroF1).toBeCloseTo(golden.scalar('macroF1'), 12);
  });

  it('leaves rows without a label out, and averages over the classes that occur', () => {
    const confusion = confusionMatrix(Int32Array.of(0, -1, 2), Int32Array.of(0, 1, 0), 4);
    expect(confusion).toMatchObject({ unlabelled: 1, balancedAccuracy: 0.5 });
    expect(confusion.macroF1).toBeCloseTo(1 / 3, 12);
  });

  it.each([
    [[0], [0, 1], 2, 'confusionMatrix: expected a prediction for each of 1 labels, got 2'],
    [[0, 5], [0, 1], 2, 'confusionMatrix: labels and predictions must be below 2, got 5 in row 1'],
    [[-1], [0], 2, 'confusionMatrix: expected labelled rows, got 1 without a label'],
    [[0], [-1], 2, 'confusionMatrix: predictions must be 0 or more, got -1 in row 0'],
  ])('refuses %j, %j', (labels, predictions, classes, message) => {
    expect(() => confusionMatrix(Int32Array.from(labels), Int32Array.from(predictions), classes)).toThrow(
      message,
    );
  });
});
