import { createGeneratedShapes } from '@ssl/data';
import { useBackend } from '@ssl/backend/node';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.ts';
import { createTrainer } from './trainer.ts';

/** For each method: what switches off what keeps it from collapsing, and the remedy that the warning must name. */
const cases: Readonly<
  Record<string, { small: object; broken: readonly object[]; remedy: string; epochs?: number }>
> = {
  'self-classifier': {
    small: { hiddenDim: 64, outDim: 32, classes: [10, 20] },
    broken: [{ uniformPrior: false }],
    remedy: 'methodOptions.uniformPrior',
  },
  byol: {
    small: { hiddenDim: 64, outDim: 32 },
    broken: [{ predictor: false, target: 'online' }, { target: 'online' }],
    remedy: 'methodOptions.predictor true and methodOptions.target "ema"',
  },
  simsiam: {
    small: { outDim: 64, predictorDim: 16 },
    broken: [{ stopGradient: false }, { predictor: false }],
    remedy: 'methodOptions.predictor and methodOptions.stopGradient true',
    // The batch norm behind its projector slows the collapse down.
    epochs: 3,
  },
  vicreg: {
    small: { hiddenDim: 64, outDim: 32, invariance: 2.5, variance: 2.5, covariance: 0.1 },
    broken: [{ variance: 0 }],
    remedy: 'methodOptions.variance',
    epochs: 3,
  },
  lejepa: {
    small: { hiddenDim: 64, slices: 64 },
    broken: [{ lambda: 0 }],
    remedy: 'methodOptions.lambda',
    epochs: 3,
  },
  sela: {
    small: { heads: 2, classes: 8, relabellings: 6, lambda: 10 },
    broken: [{ equipartition: false }],
    remedy: 'methodOptions.equipartition',
  },
};

/** Epochs of 24 steps on 768 generated pictures; gives the warnings. */
async function warningsOf(name: string, methodOptions: object, epochs = 1): Promise<readonly string[]> {
  const method = getMethod(name);
  const settings = {
    ...{ epochs, batchSize: 32, input: { size: 16 }, logEverySteps: 2 },
    backbone: { name: 'resnet-tiny', width: 8, initialization: 'pytorch' },
    optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
    schedule: { name: 'constant' },
    methodOptions,
  };
  const { config } = resolveConfig({ method, layers: [{ source: 'test', settings }] });
  const trainer = await createTrainer({ method, dataset: createGeneratedShapes({ length: 768 }), config });
  const warnings: string[] = [];
  await trainer.run({
    onEvent: (event) => {
      if (event.type === 'warning') warnings.push(event.message);
    },
  });
  trainer.dispose();
  return warnings;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each(Object.entries(cases))('%s', (name, { small, broken, remedy, epochs }) => {
  it('trains without a warning', async () => {
    expect(await warningsOf(name, small, epochs)).toEqual([]);
  });

  it.each(broken)('with %o, is told to collapse, and what to do', async (options) => {
    const [warning = 'no warning'] = await warningsOf(name, { ...small, ...options }, epochs);
    expect(warning).toMatch(/collaps/);
    expect(warning).toContain(remedy);
  });
});
