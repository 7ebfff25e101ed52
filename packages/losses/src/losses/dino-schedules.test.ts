import { describe, expect, it } from 'vitest';
import { cosineMomentum } from '../parts/cosine-momentum.ts';
import { readGolden, type GoldenCase } from '../fixtures/golden.testing.ts';
import { teacherTemperatureAt } from './teacher-temperature-at.ts';

const cases = readGolden('dino-schedules.json');
const ofKind = (start: string): readonly GoldenCase[] => cases.filter(({ name }) => name.startsWith(start));

function expectValues(at: (index: number) => number, { outputs }: GoldenCase): void {
  const expected = outputs['values']?.data as readonly number[];
  expect(expected.length).toBeGreaterThan(0);
  expected.forEach((value, index) => expect(Math.abs(at(index) - value)).toBeLessThan(1e-8));
}

describe('the schedules of DINO, against the authors’ code', () => {
  it.each(ofKind('dino_schedule'))('$name is cosineMomentum', (reference) => {
    const { base_value: base, final_value: final, epochs, niter_per_ep: steps } = numbers(reference);
    const options = { base: base!, final: final!, totalSteps: epochs! * steps! };
    expectValues((step) => cosineMomentum(step, options), reference);
  });

  it.each(ofKind('dino_teacher_temperature'))('$name', (reference) => {
    const { warmup_teacher_temp, teacher_temp, warmup_teacher_temp_epochs } = numbers(reference);
    const options = {
      warmupTemperature: warmup_teacher_temp!,
      temperature: teacher_temp!,
      warmupEpochs: warmup_teacher_temp_epochs!,
    };
    expectValues((epoch) => teacherTemperatureAt(epoch, options), reference);
  });
});

describe('teacherTemperatureAt', () => {
  it('is constant by default, and after the warm-up', () => {
    expect([0, 1, 500].map((epoch) => teacherTemperatureAt(epoch))).toEqual([0.04, 0.04, 0.04]);
    expect(teacherTemperatureAt(99, { temperature: 0.07, warmupEpochs: 30 })).toBe(0.07);
  });
});

function numbers({ params }: GoldenCase): Readonly<Record<string, number>> {
  return params as Readonly<Record<string, number>>;
}
