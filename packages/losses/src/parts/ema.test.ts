import { useBackend } from '@ssl/backend/node';
import { createParameter, type Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosineMomentum } from './cosine-momentum.ts';
import { updateEma } from './ema.ts';
import { goldenCase } from '../fixtures/golden.testing.ts';

const golden = goldenCase('ema.json');

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('cosineMomentum, against the authors’ code', () => {
  it.each([
    ['schedule_byol_momentum', 'next-step'],
    ['schedule_lightly_momentum', 'last-step'],
  ] as const)('%s', (name, reachedIn) => {
    const { data = [] } = golden(name).outputs['tau'] ?? {};
    for (const [step, expected] of data.entries()) {
      expect(cosineMomentum(step, { base: 0.996, totalSteps: 20, reachedIn })).toBeCloseTo(expected, 12);
    }
  });
});

describe('updateEma', () => {
  it('ema_update, against lightly', () => {
    const { inputs, outputs, params } = golden('ema_update');
    const { data: start = [], shape = [] } = inputs['target0'] ?? {};
    const parameter = (): Parameter => createParameter(Float32Array.from(start), shape, 'same');
    const [online, target] = [parameter(), parameter()];
    const size = start.length;
    const row = (values: readonly number[] | undefined, step: number): readonly number[] =>
      (values ?? []).slice(step * size, (step + 1) * size);
    for (const [step, momentum] of (params['momentum'] as number[]).entries()) {
      tf.tidy(() =>
        online.variable.assign(tf.tensor([...row(inputs['online']?.data, step)], [...shape], 'float32')),
      );
      updateEma(new Map([['w', online]]), new Map([['w', target]]), momentum);
      const expected = row(outputs['target']?.data, step);
      for (const [index, value] of target.variable.dataSync().entries()) {
        expect(value).toBeCloseTo(expected[index] as number, 5);
      }
    }
    tf.dispose([online.variable, target.variable]);
  });

  it('names a tensor that the online tree lacks', () => {
    const target = createParameter(Float32Array.of(1), [1], 'same');
    expect(() => updateEma(new Map(), new Map([['w', target]]), 0.9)).toThrow(
      'the online tree has no tensor "w"',
    );
    target.variable.dispose();
  });
});
