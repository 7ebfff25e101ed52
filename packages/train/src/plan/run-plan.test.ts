import { resolveAugmentation, type InputSpec } from '@ssl/augment';
import { createGeneratedTones, createPackedDataset, subset, type Dataset } from '@ssl/data';
import { isUserError } from '@ssl/errors';
import { getMethod, type AnyMethod, type StreamRequest } from '@ssl/losses';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.ts';
import type { TrainConfigInput } from '../config/train-config.ts';
import { noiseDataset, toyAugmentation, toyMethod } from '../fixtures/toy-training.testing.ts';
import { createNoiseDataset } from '../testing/noise-dataset.ts';
import { planRun, streamPlans, visibleDataset, type RunPlan } from './run-plan.ts';

async function plan(
  config: Partial<TrainConfigInput> = {},
  dataset: Dataset = noiseDataset(14),
  method: AnyMethod = toyMethod,
): Promise<RunPlan> {
  return planRun({ method, dataset, config: { epochs: 2, batchSize: 4, ...config } });
}

async function messageOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isUserError(error)) throw new Error(`expected a UserError, got ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return error.message;
}

/** Grey images, all bytes of image i the same. */
function greyDataset(values: readonly number[]): Dataset {
  const size = 8 * 8;
  return createPackedDataset({
    ...{ kind: 'grey', name: 'grey', source: { kind: 'grey' }, fingerprint: values.join() },
    bytes: Uint8Array.from({ length: values.length * size }, (_, at) => values[Math.floor(at / size)] ?? 0),
    ...{ length: values.length, height: 8, width: 8, channels: 1, offset: 0, stride: size, planar: false },
  });
}

describe('planRun', () => {
  it('settles steps, streams and input', async () => {
    const settled = await plan();
    expect(settled).toMatchObject({
      input: { modality: 'image', shape: [8, 8, 3], dtype: 'float32' },
      streams: [{ name: 'samples', from: 'all', batchSize: 4, length: 14 }],
      stepsPerEpoch: 3,
      totalSteps: 6,
      dataset: { length: 14, classes: 2 },
      config: { backbone: { name: 'resnet-tiny' }, method: 'toy', methodOptions: { noise: 0.1 } },
    });
    expect(settled.recipe.groups['view']?.count).toBe(2);
  });

  it('sees short recordings whole by the preset sound-small', async () => {
    const dataset = createGeneratedTones({ length: 40, sampleRate: 4000 });
    const method = getMethod('byol');
    const { config } = resolveConfig({ method, preset: 'sound-small' });
    const settled = await planRun({ method, dataset, config });
    expect(settled.input).toMatchObject({
      ...{ shape: [24, 32, 1], segmentSamples: null, trim: 20, dynamicRange: 35 },
      normalization: { mean: [expect.any(Number)], std: [expect.any(Number)] },
    });
    const names = settled.recipe.groups['views']?.transforms.map(({ name }) => name);
    expect(names?.slice(0, 2)).toEqual(['logMel', 'resizeFrames']);
    expect(settled.config.backbone).toMatchObject({ name: 'audio-cnn', pieces: 4, linearNorm: true });
    // Methods that need a feature map take the preset's own network.
    const other = resolveConfig({ method: getMethod('autoencoder'), preset: 'sound-small' }).config;
    expect(other.backbone).toMatchObject({ name: 'resnet-tiny' });
  });

  it('is plain JSON, the same whenever it is made, and again from its own config', async () => {
    const settled = await plan({ augmentation: toyAugmentation, input: { size: [8, 12] } });
    expect(JSON.parse(JSON.stringify(settled))).toEqual(settled);
    expect(await plan({ augmentation: toyAugmentation, input: { size: [8, 12] } })).toEqual(settled);
    expect(await planRun({ method: toyMethod, dataset: noiseDataset(14), config: settled.config })).toEqual(
      settled,
    );
    expect(settled.input.shape).toEqual([8, 12, 3]);
  });

  it('leaves out what does not fill a batch, and refuses fewer samples than that', async () => {
    expect((await plan({ batchSize: 7 })).stepsPerEpoch).toBe(2);
    expect((await plan({ batchSize: 8 })).stepsPerEpoch).toBe(1);
    expect(await messageOf(plan({ batchSize: 15 }))).toBe(
      'noise holds 14 samples, fewer than a batch of 15: use a batch size of at most 14, or more data',
    );
  });

  it.each<[Partial<TrainConfigInput>, string]>([
    [{ input: { sise: 32 } }, 'unknown setting of input "sise": did you mean "size"?'],
    [
      { backbone: { name: 'resnet-tiny', widht: 8 } },
      'unknown setting of backbone "widht": did you mean "width"?',
    ],
    [{ backbone: { widht: 8 } }, 'unknown setting of backbone "widht": did you mean "width"?'],
    [
      { augmentation: 'cifar10-smal' },
      'unknown augmentation of image samples "cifar10-smal": did you mean "cifar10-small"?',
    ],
    [{ augmentation: { view: [{ name: 'blurr' }] } }, 'blurr'],
    [{ normalization: 'imagnet' }, 'unknown normalization "imagnet": did you mean "imagenet"?'],
    [
      { normalization: { mean: [0.5], std: [0.2] } },
      'normalization has 1 means and 1 standard deviations, and the inputs (8×8×3) have 3 channels; use auto',
    ],
  ])('refuses %j', async (config, message) => {
    expect(await messageOf(plan(config))).toContain(message);
  });
});

describe('the augmentation of a plan', () => {
  const input = async (): Promise<InputSpec> => (await plan()).input;

  it('is what fits data and method, where it is auto', async () => {
    const strong = resolveAugmentation('auto', await input(), 'strong');
    const weak = resolveAugmentation('auto', await input(), 'weak');
    expect(strong).not.toEqual(weak);
    const recipeOf = async (method: AnyMethod): Promise<unknown> =>
      (await plan({}, noiseDataset(14), method)).recipe.groups['view']?.transforms;
    const plain = await recipeOf(toyMethod);
    const [defaulted] = [await recipeOf({ ...toyMethod, augmentationStrength: 'strong' })];
    expect(plain).toEqual(defaulted);
    expect(await recipeOf({ ...toyMethod, augmentationStrength: 'weak' })).not.toEqual(plain);
  });

  it('is one with a name, or a recipe', async () => {
    const named = await plan({ augmentation: 'crop-and-flip' });
    expect(named.recipe.groups['view']?.transforms).toEqual(
      resolveAugmentation('crop-and-flip', named.input, 'strong').view,
    );
    expect(named.config.augmentation).toBe('crop-and-flip');
    const given = await plan({ augmentation: toyAugmentation });
    expect(given.recipe.groups['view']?.transforms).toEqual(toyAugmentation.view);
    expect(given.config.augmentation).toEqual(toyAugmentation);
  });

  it('must fit the channels', async () => {
    const four = createNoiseDataset({ height: 8, width: 8, channels: 4 }, 8);
    expect(await messageOf(plan({ augmentation: 'generated-shapes' }, four))).toBe(
      'augmentation "generated-shapes" needs images of 1 or 3 channels, these have 4; use another, or auto',
    );
    expect((await plan({}, four)).input.shape).toEqual([8, 8, 4]);
    expect((await plan({}, greyDataset([1, 2, 3, 4]))).input.shape).toEqual([8, 8, 1]);
  });
});

describe('the normalisation of a plan', () => {
  it('is measured on the data, each channel by itself, and the same each time', async () => {
    const dataset = noiseDataset(14);
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (let index = 0; index < 14; index++) {
      const { data } = (await dataset.read(index)) as unknown as { data: Uint8Array };
      for (const [at, byte] of data.entries()) {
        sums[at % 3] = (sums[at % 3] ?? 0) + byte / 255;
        squares[at % 3] = (squares[at % 3] ?? 0) + (byte / 255) ** 2;
      }
    }
    const mean = sums.map((sum) => sum / (14 * 64));
    const std = squares.map((sum, channel) => Math.sqrt(sum / (14 * 64) - (mean[channel] ?? 0) ** 2));
    const { input, config } = await plan();
    for (const channel of [0, 1, 2]) {
      expect(input.normalization?.mean[channel]).toBeCloseTo(mean[channel] ?? NaN, 5);
      expect(input.normalization?.std[channel]).toBeCloseTo(std[channel] ?? NaN, 5);
    }
    expect(config.normalization).toEqual(input.normalization);
    expect((await plan({ seed: 5 })).input).toEqual(input);
  });

  it('leaves a channel that is constant as wide as it is', async () => {
    const { input } = await plan({}, greyDataset([51, 51, 51, 51]));
    expect(input.normalization).toEqual({ mean: [0.2], std: [1] });
  });

  it('looks at 5,000 samples at most, spread over the data set', async () => {
    const read: number[] = [];
    const large = greyDataset(Array.from({ length: 10_000 }, (_, index) => (index < 5000 ? 0 : 255)));
    const dataset: Dataset = {
      ...large,
      read: (index) => {
        read.push(index);
        return large.read(index);
      },
    };
    const { input } = await plan({}, dataset);
    expect(input.normalization).toEqual({ mean: [0.5], std: [0.5] });
    expect(read).toHaveLength(5000);
    expect(read.slice(0, 3)).toEqual([0, 2, 4]);
  });

  it('is one with a name, numbers, or none', async () => {
    const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect((await plan({ normalization: 'imagenet' })).input.normalization).toEqual(imagenet);
    const own = { mean: [0, 0.5, 1], std: [1, 2, 3] };
    expect((await plan({ normalization: own })).input.normalization).toEqual(own);
    const none = await plan({ normalization: 'none' });
    expect(none.input).not.toHaveProperty('normalization');
    expect(none.config.normalization).toBe('none');
    expect(await messageOf(plan({ normalization: 'imagenet' }, greyDataset([1, 2, 3, 4])))).toBe(
      'normalization "imagenet" has 3 means and 3 standard deviations, and the inputs (8×8×1) have 1 channels; use auto',
    );
  });

  it('refuses samples that are not finite', async () => {
    const dataset: Dataset = {
      ...greyDataset([1, 2, 3, 4]),
      read: async () =>
        ({
          ...{ modality: 'image', height: 8, width: 8, channels: 1, range: [0, 1] },
          data: new Float32Array(64).fill(NaN),
        }) as never,
    };
    expect(await messageOf(plan({}, dataset))).toBe(
      'grey: some samples hold NaN or infinity; remove or repair them',
    );
  });
});

describe('the streams of a plan', () => {
  /** A method of several streams. */
  const withStreams = (streams: Readonly<Record<string, StreamRequest>>): AnyMethod => ({
    ...toyMethod,
    usesLabels: true,
    streams: () => streams,
  });
  const halves = withStreams({
    labelled: { from: 'labelled', batchSize: 2 },
    unlabelled: { from: 'unlabelled' },
  });

  it('take their samples by the labels that the run may see, chosen by the seed', async () => {
    const dataset = noiseDataset(14);
    const config = { labelsPerClass: 3 };
    const settled = await plan(config, dataset, halves);
    expect(settled.streams).toEqual([
      { name: 'labelled', from: 'labelled', batchSize: 2, length: 6 },
      { name: 'unlabelled', from: 'unlabelled', batchSize: 4, length: 8 },
    ]);
    expect([settled.stepsPerEpoch, settled.totalSteps]).toEqual([3, 6]);

    const visible = visibleDataset(settled, dataset);
    const [labelled, unlabelled] = streamPlans(settled, visible);
    expect(labelled).toMatchObject({ name: 'labelled', batchSize: 2 });
    const [known, others] = [[...(labelled?.indices ?? [])], [...(unlabelled?.indices ?? [])]];
    expect(known).toHaveLength(6);
    expect([...known, ...others].toSorted((a, b) => a - b)).toEqual([...Array(14).keys()]);
    for (const label of [0, 1]) expect(known.filter((index) => index % 2 === label)).toHaveLength(3);
    for (const index of others) expect(visible.labels?.[index]).toBe(-1);
    for (const index of known) expect(visible.labels?.[index]).toBe(dataset.labels?.[index]);

    const again = visibleDataset(await plan(config, dataset, halves), dataset);
    expect(again.labels).toEqual(visible.labels);
    const others5 = visibleDataset(await plan({ ...config, seed: 5 }, dataset, halves), dataset);
    expect(others5.labels).not.toEqual(visible.labels);
  });

  it('keep the labels that the data set lacks apart', async () => {
    const dataset = {
      ...noiseDataset(14),
      labels: Int32Array.from({ length: 14 }, (_, index) => (index < 5 ? 0 : -1)),
    };
    for (const usesLabels of [true, false]) {
      const settled = await plan({}, dataset, { ...halves, usesLabels });
      expect(settled.streams.map(({ length }) => length)).toEqual([5, 9]);
      expect(streamPlans(settled, dataset).map(({ indices }) => indices?.length)).toEqual([5, 9]);
    }
  });

  it('take all samples where all have labels', async () => {
    const settled = await plan({}, noiseDataset(14), withStreams({ labelled: { from: 'labelled' } }));
    expect(settled.streams[0]?.length).toBe(14);
    expect(streamPlans(settled, noiseDataset(14))).toEqual([{ name: 'labelled', batchSize: 4 }]);
  });

  it('refuse data that do not have what they need', async () => {
    const { labels, classNames, ...bare } = noiseDataset(14);
    expect([labels?.length, classNames?.length]).toEqual([14, 2]);
    expect(await messageOf(plan({}, bare, halves))).toBe(
      'toy learns from labels, and noise has none; name them by --labels, use a data set with labels, or a method that needs none',
    );
    expect(await messageOf(plan({}, noiseDataset(14), halves))).toBe(
      'toy learns from unlabelled samples, and noise has none: the labels of all samples are known; keep some back by --labels-per-class or --labels',
    );
    expect(await messageOf(plan({ labelsPerClass: 8 }, noiseDataset(14), halves))).toBe(
      'noise: class "even" has 7 labelled samples, fewer than the 8 asked for; lower labelsPerClass',
    );
    const few = await messageOf(
      plan({ labelsPerClass: 1 }, noiseDataset(14), withStreams({ labelled: { from: 'labelled' } })),
    );
    expect(few).toMatch(/^noise holds 2 samples that are labelled, fewer than a batch of 4/);
  });

  it('are one of the labelled samples for supervised training', async () => {
    const dataset = subset(
      noiseDataset(14),
      Int32Array.from({ length: 12 }, (_, index) => index),
    );
    const settled = await plan({ labelsPerClass: 4 }, dataset, getMethod('supervised'));
    expect(settled.streams).toEqual([{ name: 'labelled', from: 'labelled', batchSize: 4, length: 8 }]);
    expect(settled.dataset).toEqual({ length: 12, classes: 2 });
  });
});
