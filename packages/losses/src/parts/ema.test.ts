import { useBackend } from '@ssl/backend/node';
import { createParameter, type Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosineMomentum } from './cosine-momentum.ts';
import { updateEma } from './ema.ts';
import { goldenCase, numberOf, pick, type GoldenTensor } from '../fixtures/golden.testing.ts';

const golden = goldenCase('ema.json');

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('cosineMomentum, against the authors’ code', () => {
  it.each([
    ['schedule_byol_momentum', 'next-step'],
    ['schedule_lightly_momentum', 'last-step'],
  ] as const)('%s', (name, reachedIn) => {
    const reference = golden(name);
    const options = {
      base: numberOf(reference, 'base'),
      final: numberOf(reference, 'final'),
      totalSteps: numberOf(reference, 'max_steps'),
      reachedIn,
    };
    for (const [step, expected] of pick(reference.outputs, 'tau').data.entries()) {
      expect(cosineMomentum(step, options)).toBeCloseTo(expected, 12);
    }
  });
});

describe('updateEma', () => {
  it('ema_update, against lightly', () => {
    const { inputs, outputs, params } = golden('ema_update');
    const { data: start, shape } = pick(inputs, 'target0');
    const parameter = (): Parameter => createParameter(Float32Array.from(start), shape, 'same');
    const [online, target] = [parameter(), parameter()];
    const size = start.length;
    const row = ({ data }: GoldenTensor, step: number): readonly number[] =>
      data.slice(step * size, (step + 1) * size);
    expect(params['momentum']).toHaveLength(pick(outputs, 'target').shape[0] as number);
    for (const [step, momentum] of (params['momentum'] as number[]).entries()) {
      tf.tidy(() =>
        online.variable.assign(tf.tensor([...row(pick(inputs, 'online'), step)], [...shape], 'float32')),
      );
      updateEma(new Map([['w', online]]), new Map([['w', target]]), momentum);
      const expected = row(pick(outputs, 'target'), step);
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
