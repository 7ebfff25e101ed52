import { expect, it } from 'vitest';
import { classUsage } from './class-usage.ts';

it('tells balanced from collapsed classes', () => {
  const balanced = classUsage(Int32Array.of(0, 1, 2, 0, 1, 2), {
    confidence: Float32Array.of(1, 1, 1, 0.5, 0.5, 0.5),
  });
  expect(balanced).toMatchObject({
    classes: 3,
    classesUsed: 3,
    smallest: 2,
    largest: 2,
    meanConfidence: 0.75,
  });
  expect(balanced.entropy).toBeCloseTo(Math.log(3), 12);
  expect(balanced.normalizedEntropy).toBeCloseTo(1, 12);

  const collapsed = classUsage(Int32Array.of(4, 4, 4), { classes: 10 });
  expect(collapsed).toMatchObject({
    classes: 10,
    classesUsed: 1,
    smallest: 0,
    largest: 3,
    entropy: 0,
    normalizedEntropy: 0,
  });
  expect(collapsed).not.toHaveProperty('meanConfidence');
  expect(classUsage(Int32Array.of(0)).normalizedEntropy).toBe(1);
});

it('refuses what it cannot count', () => {
  expect(() => classUsage(new Int32Array(0))).toThrow(
    'classUsage: expected at least one prediction, got none',
  );
  expect(() => classUsage(Int32Array.of(-1))).toThrow(
    'classUsage: predictions must be 0 or more, got -1 in row 0',
  );
  expect(() => classUsage(Int32Array.of(0, 1), { confidence: Float32Array.of(1) })).toThrow(
    'classUsage: expected a confidence for each of 2 predictions, got 1',
  );
});
