import { createParameter, isHostBuffer, type Parameter } from '@ssl/models';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  expectClose,
  goldenNames,
  numberOf,
  pick,
  readGolden,
  type GoldenCase,
} from '../fixtures/golden.testing.ts';
import { clipGradients } from './clip-gradients.ts';
import { createOptimizer } from './create-optimizer.ts';
import { globalNorm } from './norm.ts';
import { larsSchema, larsVariants, optimizerSchema } from './optimizer-config.ts';
import type { Optimizer } from './optimizer.ts';

type Config = z.input<typeof optimizerSchema>;

const golden = readGolden('optim.json');
const names = ['w', 'b', 'k'] as const;
const optimizerCases = goldenNames('optim.json').filter((name) => /^(sgd|adam|larc|lars)/.test(name));

/** Whose LARS a case is, by the beginning of its name. */
const variants = [
  ['larc', 'larc'],
  ['lars_lightly', 'lightly'],
  ['lars_barlow', 'barlow-twins'],
  ['lars_mae', 'mae'],
  ['lars_sololearn', 'solo-learn'],
] as const;

/** The settings of a case; where it names none, those of the references: no momentum, no decay. */
function configOf(reference: GoldenCase): Config {
  const { name, params } = reference;
  const weightDecay = numberOf(reference, 'weight_decay', 0);
  const nesterov = params['nesterov'] === true;
  const [family] = /^(sgd|adamw|adam)/.exec(name) ?? [];
  if (family === 'adam' || family === 'adamw') {
    const [beta1, beta2] = params['betas'] as [number, number];
    return { name: family, beta1, beta2, epsilon: numberOf(reference, 'eps'), weightDecay };
  }
  const common = { momentum: numberOf(reference, 'momentum', 0), nesterov, weightDecay };
  if (family === 'sgd') return { name: 'sgd', ...common };
  const [, variant] = variants.find(([prefix]) => name.startsWith(prefix)) ?? [];
  if (variant === undefined) throw new Error(`no optimizer for the golden case ${name}`);
  const biasDecay = numberOf(reference, 'biasWeightDecay', weightDecay);
  if (biasDecay !== weightDecay && biasDecay !== 0)
    throw new Error(`${name}: biases can have no other decay than 0`);
  return {
    name: 'lars',
    variant,
    ...common,
    trustCoefficient: numberOf(reference, 'eta' in params ? 'eta' : 'trust_coefficient'),
    clip: params['clip'] === true || params['clip_lr'] === true,
    ...('eps' in params && { epsilon: numberOf(reference, 'eps') }),
    // Where the case says in words which tensors are excluded, that is the variant's default.
    ...(!('excluded' in params) && {
      excludeOneDimensional: params['exclude_bias_n_norm'] === true || biasDecay !== weightDecay,
    }),
  };
}

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

function updateFromGolden(optimizer: Optimizer, reference: GoldenCase, step: number): void {
  const rates = reference.params['lrPerStep'] as number[] | undefined;
  const rate = rates === undefined ? numberOf(reference, 'lr') : (rates[step] as number);
  tf.tidy(() => {
    const gradients = new Map(
      names.map((name) => {
        const table = pick(reference.inputs, `grad_${name}`);
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
  it.each(optimizerCases)('%s', (name) => {
    const reference = golden(name);
    const before = tf.memory().numTensors;
    const parameters = startOf(reference);
    const optimizer = createOptimizer(parameters, optimizerSchema.parse(configOf(reference)));
    const held = tf.memory().numTensors;
    for (let step = 0; step < numberOf(reference, 'steps'); step++) {
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

  it('covers every variant', () => {
    const found = optimizerCases.map((name) => configOf(golden(name)));
    expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['sgd', 'adam', 'adamw', 'lars']));
    expect(new Set(found.flatMap((config) => (config.name === 'lars' ? [config.variant] : [])))).toEqual(
      new Set(larsVariants),
    );
  });
});

describe('clipGradients, against the authors’ code', () => {
  it.each([
    ['clip_gradients_per_parameter', 'each-norm', 'clip', 'norms'],
    ['clip_gradients_global', 'global-norm', 'max_norm', 'norm'],
  ] as const)('%s', (caseName, name, limit, lengths) => {
    const reference = golden(caseName);
    const { inputs = {}, outputs } = reference;
    const gradients = new Map(
      Object.entries(inputs).map(([key, { data, shape }]) => [
        key.replace('grad_', ''),
        tf.tensor([...data], [...shape], 'float32'),
      ]),
    );
    const all = [...gradients.values()];
    const norms = name === 'each-norm' ? all.map((gradient) => globalNorm([gradient])) : [globalNorm(all)];
    expectClose(
      norms.map((norm) => norm.dataSync()[0] as number),
      pick(outputs, lengths).data,
    );
    const before = tf.memory().numTensors;
    const clipped = clipGradients(gradients, { name, maxNorm: numberOf(reference, limit) });
    expect(tf.memory().numTensors).toBe(before + all.length);
    expect([...clipped.keys()]).toEqual([...gradients.keys()]);
    for (const [key, gradient] of clipped) expectClose(gradient.dataSync(), pick(outputs, key).data);
    tf.dispose([...all, ...norms, ...clipped.values()]);
  });
});

describe('createOptimizer', () => {
  it('continues from its slots as if it had never stopped', () => {
    for (const config of ['sgd_momentum_wd', 'adamw', 'lars_mae_mocov3']) {
      const settings = optimizerSchema.parse(configOf(golden(config)));
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
        const values = variable.dataSync();
        expect(values.every(Number.isFinite)).toBe(true);
        expect(resumed.get(name)?.variable.dataSync()).toEqual(values);
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
