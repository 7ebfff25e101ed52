import { isUserError } from '@ssl/errors';
import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolveConfig, type ConfigLayer } from './resolve-config.ts';
import { resumeConfig } from './resume-config.ts';
import { overlaySettings, type Settings } from './settings.ts';
import { readTrainConfig, trainConfigSchema } from './train-config.ts';
import { trainingPresets } from './training-presets.ts';

const method = {
  name: 'toy',
  description: 'a method for tests',
  options: z.strictObject({
    temperature: z.number().positive().default(0.5),
    classes: z.array(z.int()).default([10, 20]),
  }),
  presets: {
    'cifar10-small': {
      description: 'for tests',
      options: { temperature: 0.2 },
      training: { optimizer: { learningRate: 0.06 } },
    },
    'own-only': { description: 'for tests', training: { epochs: 7 } },
  },
} as unknown as AnyMethod;

function resolve(settings: Settings, preset?: string): ReturnType<typeof resolveConfig> {
  const layers: ConfigLayer[] = [{ source: 'run.json', settings }];
  return resolveConfig({ method, layers, ...(preset !== undefined && { preset }) });
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!isUserError(error)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('nothing was thrown');
}

describe('resolveConfig', () => {
  it('takes options before config, config before preset, preset before defaults, and says where from', () => {
    const { config, sources } = resolveConfig({
      method,
      preset: 'cifar10-small',
      layers: [
        { source: 'config file run.json', settings: { epochs: 5, batchSize: 64, seed: 3 } },
        { source: 'option --batch-size', settings: { batchSize: 32 } },
      ],
    });
    expect(config).toMatchObject({
      method: 'toy',
      methodOptions: { temperature: 0.2, classes: [10, 20] },
      backbone: { name: 'resnet-tiny', width: 16, stem: 'cifar', initialization: 'pytorch' },
      input: { size: 32 },
      augmentation: 'cifar10-small',
      normalization: 'cifar10',
      epochs: 5,
      batchSize: 32,
      seed: 3,
      optimizer: { name: 'sgd', learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4, nesterov: false },
      schedule: { name: 'cosine', warmupEpochs: 1, warmupFactor: 0, finalFactor: 0, per: 'step' },
      logEverySteps: 10,
    });
    expect(Object.fromEntries(sources)).toMatchObject({
      batchSize: 'option --batch-size',
      epochs: 'config file run.json',
      'optimizer.learningRate': 'preset cifar10-small',
      'optimizer.nesterov': 'default',
      'methodOptions.temperature': 'preset cifar10-small',
      'methodOptions.classes': 'method default',
      logEverySteps: 'default',
    });
  });

  it('is the reference’s budget with the shared preset', () => {
    const plain = { ...method, presets: {} } as AnyMethod;
    const { config } = resolveConfig({ method: plain, preset: 'cifar10-small' });
    expect(config).toMatchObject({
      epochs: 20,
      batchSize: 256,
      optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
      schedule: { name: 'cosine', warmupEpochs: 1, warmupFactor: 0, finalFactor: 0, per: 'step' },
    });
  });

  it('fills in the options of a kind of backbone, and leaves those of auto for the data', () => {
    const tiny = resolve({ backbone: { name: 'resnet-tiny', width: 4 } }).config.backbone;
    expect(tiny).toEqual({ name: 'resnet-tiny', width: 4, initialization: 'torchvision' });
    expect(resolve({}).config.backbone).toEqual({ name: 'auto' });
    expect(resolve({ backbone: { width: 4 } }).config.backbone).toEqual({ name: 'auto', width: 4 });
  });

  it('takes augmentation and normalisation by name or by value, and what the input is to be', () => {
    const settings = {
      augmentation: { view: [{ name: 'randomHorizontalFlip' }], alternately: [[], [{ name: 'invert' }]] },
      normalization: { mean: [0.5], std: [0.25] },
      input: { size: [32, 48] },
    };
    expect(resolve(settings).config).toMatchObject(settings);
    expect(resolve({}).config).toMatchObject({ augmentation: 'auto', normalization: 'auto', input: {} });
    expect(resolve({ augmentation: 'rotnet', normalization: 'none' }, 'cifar10-small').config).toMatchObject({
      augmentation: 'rotnet',
      normalization: 'none',
      input: { size: 32 },
    });
    expect(messageOf(() => resolve({ normalization: { mean: [0.5], std: [0] } }))).toContain(
      'run.json: normalization.std.0: expected number to be >0, got 0',
    );
    expect(messageOf(() => resolve({ augmentation: { views: [] } }))).toContain('run.json: augmentation');
  });

  it('knows presets that only the method has', () => {
    expect(resolve({}, 'own-only').config.epochs).toBe(7);
  });

  it('drops settings of another kind', () => {
    const { config } = resolve(
      { optimizer: { name: 'adamw' }, schedule: { name: 'constant' } },
      'cifar10-small',
    );
    expect(config.optimizer).toMatchObject({ name: 'adamw', learningRate: 1e-3 });
    expect(config.optimizer).not.toHaveProperty('momentum');
    expect(config.schedule).not.toHaveProperty('finalFactor');
  });

  it('changes one setting of a kind without naming it', () => {
    expect(resolve({ optimizer: { learningRate: 0.5 } }).config.optimizer).toMatchObject({
      name: 'sgd',
      learningRate: 0.5,
    });
  });

  it('gives the same config from its own result', () => {
    const { config } = resolve({ epochs: 3 }, 'cifar10-small');
    expect(resolve(config).config).toEqual(config);
    expect(readTrainConfig({ ...config, recipe: {}, versions: {} }, 'config.json')).toEqual(config);
  });

  it.each<[Settings, string]>([
    [
      { epoch: 3 },
      'run.json: unknown setting "epoch": did you mean "epochs"? (valid: method, methodOptions,',
    ],
    [
      { optimizer: { learningrate: 3 } },
      'unknown setting of optimizer "learningrate": did you mean "learningRate"? (valid: name, learningRate, momentum, nesterov, weightDecay, weightDecayEnd, excludeOneDimensional)',
    ],
    [
      { optimizer: { name: 'adamw', momentum: 0.9 } },
      'unknown setting of optimizer "momentum" (valid: name, learningRate, beta1',
    ],
    [
      { optimizer: { name: 'sdg' } },
      'unknown optimizer "sdg": did you mean "sgd"? (valid: sgd, adam, adamw, lars)',
    ],
    [
      { backbone: { name: 'resnet-tiny', widht: 8 } },
      'run.json: unknown setting of backbone "widht": did you mean "width"?',
    ],
    [
      { backbone: { name: 'resnet-tiny', width: 0 } },
      'run.json: backbone.width: expected number to be >=1, got 0',
    ],
    [{ microBatch: 0 }, 'run.json: microBatch: expected number to be >=1, got 0'],
    [{ labelsPerClass: 2.5 }, 'run.json: labelsPerClass: expected int, got 2.5'],
    [{ methodOptions: { classes: [10, 2.5] } }, 'run.json: methodOptions.classes.1: expected int, got 2.5'],
    [{ imageSize: 32 }, 'run.json: unknown setting "imageSize"'],
    [{ backbone: { name: 'resnet-tine' } }, 'unknown backbone "resnet-tine": did you mean "resnet-tiny"?'],
    [
      { schedule: { per: 'steps' } },
      'unknown schedule.per "steps": did you mean "step"? (valid: step, epoch)',
    ],
    [{ epochs: -3 }, 'run.json: epochs: expected number to be >=1, got -3'],
    [{ epochs: 1.5 }, 'run.json: epochs: expected int, got 1.5'],
    [{ epochs: 'many' }, 'run.json: epochs: expected number, got "many"'],
    [{ optimizer: { learningRate: 0 } }, 'run.json: optimizer.learningRate: expected number to be >0, got 0'],
    [
      { methodOptions: { temprature: 1 } },
      'run.json: unknown setting of methodOptions "temprature": did you mean "temperature"?',
    ],
    [
      { methodOptions: { temperature: -1 } },
      'run.json: methodOptions.temperature: expected number to be >0, got -1',
    ],
  ])('says in one line what is wrong with %j', (settings, message) => {
    expect(messageOf(() => resolve(settings))).toContain(message);
  });

  it('names the nearest preset', () => {
    expect(messageOf(() => resolve({}, 'cifar-small'))).toBe(
      'unknown preset "cifar-small": did you mean "cifar10-small"? (valid: cifar10-small, sound-small, own-only)',
    );
  });

  it('finds misspelt options of a method whose schema is not strict', () => {
    const loose = {
      ...method,
      options: z.object({ temperature: z.number().default(1) }),
    } as unknown as AnyMethod;
    const settings = { methodOptions: { temperatur: 1 } };
    expect(
      messageOf(() => resolveConfig({ method: loose, layers: [{ source: 'options', settings }] })),
    ).toContain('did you mean "temperature"?');
  });
});

describe('resumeConfig', () => {
  const run = resolve({ epochs: 20, workers: 2 }).config;

  it('keeps the run’s settings, and takes what may change', () => {
    const given = { epochs: 20, optimizer: { name: 'sgd' }, workers: 0, logEverySteps: 5 };
    expect(resumeConfig(run, given)).toEqual({ ...run, workers: 0, logEverySteps: 5 });
    expect(resumeConfig(run, {})).toEqual(run);
    expect(resumeConfig(run, { epochs: 30 })).toEqual({ ...run, epochs: 30 });
  });

  it.each<[Settings, string]>([
    [{ epochs: 10 }, '--resume runs/a: epochs is 20 in this run, and cannot become 10'],
    [{ seed: 1 }, 'seed is 0 in this run, and cannot become 1'],
    [{ optimizer: { learningRate: 1 } }, 'optimizer.learningRate is 0.12 in this run'],
    [{ optimizer: { name: 'adam' } }, 'optimizer.name is "sgd" in this run, and cannot become "adam"'],
    [{ input: { size: 64 } }, 'input.size is not set in this run, and cannot become 64'],
    [{ microBatch: 8 }, 'microBatch is not set in this run, and cannot become 8'],
    [{ labelsPerClass: 8 }, 'labelsPerClass is not set in this run, and cannot become 8'],
    [{ augmentation: 'rotnet' }, 'augmentation is "auto" in this run, and cannot become "rotnet"'],
    [{ backbone: { name: 'resnet18' } }, 'backbone.name is "auto" in this run, and cannot become "resnet18"'],
    [{ methodOptions: { classes: [10] } }, 'methodOptions.classes is [10,20] in this run'],
    [{ epoch: 20 }, 'unknown setting "epoch"'],
  ])('refuses %j', (given, message) => {
    expect(messageOf(() => resumeConfig(run, given, '--resume runs/a'))).toContain(message);
  });
});

describe('trainConfigSchema', () => {
  it('describes every setting', () => {
    const undescribed = Object.entries(trainConfigSchema.shape).filter(([, { description }]) => !description);
    expect(undescribed).toEqual([]);
  });
});

describe('overlaySettings', () => {
  it('ignores undefined, and replaces lists whole', () => {
    expect(overlaySettings({ a: 1, list: [1, 2] }, { a: undefined, list: [3] })).toEqual({ a: 1, list: [3] });
  });
});

describe.each(methodNames)('the presets of %s', (name) => {
  const method = getMethod(name);
  const names = Object.keys({ ...trainingPresets, ...method.presets });

  it.each(names)('%s settles', (preset) => {
    expect(resolveConfig({ method, preset }).config.method).toBe(name);
  });
});
