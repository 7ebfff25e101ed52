import { describe, expect, it } from 'vitest';
import { goldenCase, numberOf, pick } from '../fixtures/golden.testing.ts';
import { relabellingTimes } from './relabelling-times.ts';

const golden = goldenCase('sela.json');

describe('relabellingTimes, against the authors’ code', () => {
  it.each([
    ['sela_optimize_times_main', 'quadratic'],
    ['sela_optimize_times_cifar', 'linear'],
  ] as const)('%s', (name, schedule) => {
    const reference = golden(name);
    const { outputs } = reference;
    const times = relabellingTimes({
      schedule,
      count: numberOf(reference, 'nopts'),
      samples: numberOf(reference, 'N'),
      epochs: numberOf(reference, 'epochs'),
    });
    const expected = [...pick(outputs, 'times').data].reverse();
    expect(times).toHaveLength(expected.length);
    for (const [index, time] of times.entries()) expect(time).toBeCloseTo(expected[index] as number, 8);

    const fired: number[] = [];
    const steps = numberOf(reference, 'epochsRun') * numberOf(reference, 'iterationsPerEpoch');
    for (let step = 0; step < steps; step++) {
      if (step * numberOf(reference, 'batchSize') >= (times[fired.length] as number)) fired.push(step);
    }
    expect(fired).toEqual(pick(outputs, 'firedAtIteration').data);
  });

  it('begins at once where there is one assignment only', () => {
    expect(relabellingTimes({ schedule: 'linear', count: 1, samples: 10, epochs: 1 })).toEqual([0, 110]);
  });
});
