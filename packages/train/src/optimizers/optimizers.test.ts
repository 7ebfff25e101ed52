import { createParameter, isHostBuffer, type Parameter } from '@ssl/models';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { expectClose, goldenNames, pick, readGolden, type GoldenCase } from '../fixtures/golden.testing.ts';
import { clipGradients } from './clip-gradients.ts';
import { createOptimizer } from './create-optimizer.ts';
import { larsSchema, optimizerSchema } from './optimizer-config.ts';
import type { Optimizer } from './optimizer.ts';

type Config = z.input<typeof optimizerSchema>;

const golden = readGolden('optim.json');
const names = ['w', 'b', 'k'] as const;

const cases: Readonly<Record<string, Config>> = {
  sgd_plain: { name: 'sgd', momentum: 0, weightDecay: 0 },
  sgd_momentum_wd: { name: 'sgd' },
  sgd_nesterov_wd: { name: 'sgd', nesterov: true },
  sgd_momentum_lr_changes: { name: 'sgd', weightDecay: 0.01 },
  adam: { name: 'adam' },
  adam_l2: { name: 'adam', weightDecay: 0.1 },
  adam_tiny_gradients: { name: 'adam' },
  adamw: { name: 'adamw', weightDecay: 0.05 },
  'adamw_beta2_0.95': { name: 'adamw', weightDecay: 0.05, beta2: 0.95 },
  larc_selfclassifier: { name: 'lars', variant: 'larc' },
  'larc_selfclassifier_wd0.01_lrs': { name: 'lars', variant: 'larc', weightDecay: 0.01 },
  larc_zero_param: { name: 'lars', variant: 'larc', weightDecay: 0.01 },
  larc_clip: { name: 'lars', variant: 'larc', weightDecay: 0.01, trustCoefficient: 0.02, clip: true },
  lars_lightly: { name: 'lars', variant: 'lightly', weightDecay: 1e-4 },
  lars_lightly_bias_wd0: {
    name: 'lars',
    variant: 'lightly',
    weightDecay: 0.01,
    excludeOneDimensional: true,
  },
  lars_lightly_nesterov: { name: 'lars', variant: 'lightly', weightDecay: 0.01, nesterov: true },
  lars_lightly_zero_param: { name: 'lars', variant: 'lightly', weightDecay: 0.01 },
  lars_barlow_authors: { name: 'lars', variant: 'barlow-twins', weightDecay: 0.01 },
  lars_barlow_zero_param: { name: 'lars', variant: 'barlow-twins', weightDecay: 0.01 },
  lars_mae_mocov3: { name: 'lars', variant: 'mae', weightDecay: 0.01 },
  lars_sololearn: {
    name: 'lars',
    variant: 'solo-learn',
    weightDecay: 0.01,
    excludeOneDimensional: true,
  },
  lars_sololearn_clip: {
    name: 'lars',
    variant: 'solo-learn',
    weightDecay: 0.01,
    trustCoefficient: 0.02,
    clip: true,
  },
};

function parameterOf(values: readonly number[], shape: readonly number[]): Parameter {
  return createParameter(Float32Array.from(values), shape, 'same');
}

function startOf({ inputs }: GoldenCase): Map<string, Parameter> {
  return new Map(
    names.map((name) => {
      const { data, shape } = pick(inputs, `${name}0`);
      return [name, parameterOf(data, shape)];
    }),
  );
}

/** The part of a golden table with a row for each step. */
function row({ data, shape }: { data: readonly number[]; shape: readonly number[] }, step: number): number[] {
  const size = data.length / (shape[0] as number);
  return data.slice(step * size, (step + 1) * size);
}

function updateFromGolden(optimizer: Optimizer, { inputs, params }: GoldenCase, step: number): void {
  const rates = params['lrPerStep'] as number[] | undefined;
  const rate = rates === undefined ? (params['lr'] as number) : (rates[step] as number);
  tf.tidy(() => {
    const gradients = new Map(
      names.map((name) => {
        const table = pick(inputs, `grad_${name}`);
        return [name, tf.tensor(row(table, step), table.shape.slice(1), 'float32')];
      }),
    );
    optimizer.update(gradients, rate);
  });
}

beforeAll(async () => {
  await useBackend('wasm');
});

describe('createOptimizer, against the authors’ code', () => {
  it.each(Object.entries(cases))('%s', (name, config) => {
    const reference = golden(name);
    const before = tf.memory().numTensors;
    const parameters = startOf(reference);
    const optimizer = createOptimizer(parameters, optimizerSchema.parse(config));
    const held = tf.memory().numTensors;
    for (let step = 0; step < (reference.params['steps'] as number); step++) {
      updateFromGolden(optimizer, reference, step);
      for (const [parameter, { variable }] of parameters) {
        expectClose(variable.dataSync(), row(pick(reference.outputs, parameter), step), {
          relative: 1e-5,
          floor: 2e-6,
        });
      }
      expect(tf.memory().numTensors).toBe(held);
    }
    optimizer.dispose();
    for (const { variable } of parameters.values()) variable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('covers every case of the file', () => {
    const families = /^(sgd|adam|larc|lars)/;
    const known = goldenNames('optim.json').filter((name) => families.test(name));
    expect(Object.keys(cases).sort()).toEqual(known.sort());
  });
});

describe('clipGradients, against the authors’ code', () => {
  it.each([
    ['clip_gradients_per_parameter', { name: 'each-norm', maxNorm: 0.3 }],
    ['clip_gradients_global', { name: 'global-norm', maxNorm: 1 }],
  ] as const)('%s', (name, config) => {
    const { inputs, outputs } = golden(name);
    const gradients = new Map(
      ['a', 'b'].map((key) => {
        const { data, shape } = pick(inputs, `grad_${key}`);
        return [key, tf.tensor([...data], [...shape], 'float32')];
      }),
    );
    const before = tf.memory().numTensors;
    const clipped = clipGradients(gradients, config);
    expect(tf.memory().numTensors).toBe(before + 2);
    for (const [key, gradient] of clipped) expectClose(gradient.dataSync(), pick(outputs, key).data);
    tf.dispose([...gradients.values(), ...clipped.values()]);
  });
});

describe('createOptimizer', () => {
  it('continues from its slots as if it had never stopped', () => {
    for (const config of [cases['sgd_momentum_wd'], cases['adamw'], cases['lars_mae_mocov3']]) {
      const settings = optimizerSchema.parse(config);
      const reference = golden('adamw');
      const unbroken = startOf(reference);
      const first = createOptimizer(unbroken, settings);
      updateFromGolden(first, reference, 0);

      const resumed = new Map(
        [...unbroken].map(([name, { variable }]) => [
          name,
          parameterOf([...variable.dataSync()], variable.shape),
        ]),
      );
      const second = createOptimizer(resumed, settings);
      for (const [name, slot] of second.slots) {
        const from = first.slots.get(name);
        if (from === undefined) throw new Error(`no slot ${name}`);
        if (isHostBuffer(slot)) slot.data[0] = (isHostBuffer(from) ? from.data[0] : NaN) as never;
        else if (!isHostBuffer(from)) slot.variable.assign(from.variable);
      }
      for (let step = 1; step < 4; step++) {
        updateFromGolden(first, reference, step);
        updateFromGolden(second, reference, step);
      }
      for (const [name, { variable }] of unbroken) {
        expect(resumed.get(name)?.variable.dataSync()).toEqual(variable.dataSync());
      }
    }
  });

  it('leaves tensors of one dimension without decay where asked to', () => {
    for (const name of ['sgd', 'adam', 'adamw'] as const) {
      const config = optimizerSchema.parse({ name, weightDecay: 0.5, excludeOneDimensional: true });
      tf.tidy(() => {
        const parameters = new Map([
          ['w', parameterOf([1, 2], [1, 2])],
          ['b', parameterOf([1, 2], [2])],
        ]);
        const zero = new Map([
          ['w', tf.zeros([1, 2])],
          ['b', tf.zeros([2])],
        ]);
        createOptimizer(parameters, config).update(zero, 0.1);
        expect([...(parameters.get('b') as Parameter).variable.dataSync()]).toEqual([1, 2]);
        expect((parameters.get('w') as Parameter).variable.dataSync()[0]).toBeLessThan(1);
      });
    }
  });

  it('gives tensors of one dimension a rate of their own in LARS', () => {
    tf.tidy(() => {
      const config = larsSchema.parse({
        name: 'lars',
        variant: 'barlow-twins',
        momentum: 0,
        oneDimensionalRateFactor: 0.024,
      });
      const parameters = new Map([['b', parameterOf([0, 0], [2])]]);
      createOptimizer(parameters, config).update(new Map([['b', tf.ones([2])]]), 0.2);
      expectClose((parameters.get('b') as Parameter).variable.dataSync(), [-0.0048, -0.0048]);
    });
  });

  it('refuses a gradient of another shape, and clipping where the variant has none', () => {
    const parameters = new Map([['w', parameterOf([1, 2], [1, 2])]]);
    const optimizer = createOptimizer(parameters, optimizerSchema.parse({ name: 'sgd' }));
    tf.tidy(() => {
      expect(() => optimizer.update(new Map([['w', tf.ones([2])]]), 0.1)).toThrow(
        'optimizer: the gradient of "w" is [2], the parameter [1,2]',
      );
    });
    expect(larsSchema.safeParse({ name: 'lars', variant: 'mae', clip: true }).error?.issues[0]?.message).toBe(
      'only the variants larc and solo-learn can clip',
    );
    expect(larsSchema.safeParse({ name: 'lars', clip: true }).success).toBe(true);
  });
});
