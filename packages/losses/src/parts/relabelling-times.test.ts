import { describe, expect, it } from 'vitest';
import { goldenCase } from '../fixtures/golden.testing.ts';
import { relabellingTimes } from './relabelling-times.ts';

const golden = goldenCase('sela.json');

describe('relabellingTimes, against the authors’ code', () => {
  it.each([
    ['sela_optimize_times_main', 'quadratic'],
    ['sela_optimize_times_cifar', 'linear'],
  ] as const)('%s', (name, schedule) => {
    const { params, outputs } = golden(name);
    type Params = Record<'N' | 'epochs' | 'nopts' | 'batchSize' | 'iterationsPerEpoch' | 'epochsRun', number>;
    const { N: samples, epochs, nopts: count, batchSize, iterationsPerEpoch, epochsRun } = params as Params;
    const times = relabellingTimes({ schedule, count, samples, epochs });
    const expected = [...(outputs['times']?.data ?? [])].reverse();
    expect(times).toHaveLength(expected.length);
    for (const [index, time] of times.entries()) expect(time).toBeCloseTo(expected[index] as number, 8);

    const fired: number[] = [];
    for (let step = 0; step < epochsRun * iterationsPerEpoch; step++) {
      if (step * batchSize >= (times[fired.length] as number)) fired.push(step);
    }
    expect(fired).toEqual(outputs['firedAtIteration']?.data);
  });

  it('begins at once where there is one assignment only', () => {
    expect(relabellingTimes({ schedule: 'linear', count: 1, samples: 10, epochs: 1 })).toEqual([0, 110]);
  });
});
