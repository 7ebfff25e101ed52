import { choiceTarget, resolveAugmentation, type InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, numberOf, readGolden } from '../fixtures/golden.testing.ts';
import type { ViewGroup } from '../method.ts';
import { getMethod } from '../registry.ts';

const s4l = getMethod('s4l');
const turns = 4;

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

/** The message of the first option that does not fit. */
function faultOf(options: Readonly<Record<string, unknown>>): string {
  const issue = s4l.options.safeParse(options).error?.issues[0];
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

describe('s4l’s objective, against the authors’ code', () => {
  it.each(readGolden('s4l.json'))('$name', (reference) => {
    tf.tidy(() => {
      const labels = goldenTensor<tf.Tensor1D>(reference.inputs, 'labels');
      const [batchSize] = labels.shape;
      // The rotations of an image follow each other in the golden case.
      const perSample = (name: string): tf.Tensor => {
        const logits = goldenTensor(reference.inputs, name);
        return tf.reshape(logits, [batchSize, turns, logits.shape[1] as number]);
      };
      const group = (stream: string): ViewGroup => ({
        ...{ stream, count: turns, batchSize, inputs: tf.zeros([turns * batchSize, 1]), labels },
        indices: new Int32Array(batchSize),
        targets: {
          [choiceTarget]: tf.tensor1d(
            Array.from({ length: turns * batchSize }, (_, row) => Math.floor(row / batchSize)),
            'int32',
          ),
        },
      });
      const options = s4l.options.parse({ pretextWeights: { rotation: numberOf(reference, 'w') } });
      const at = { options, memory: {}, random: createRandom(0) } as unknown as Parameters<
        typeof s4l.objective
      >[2];
      const { loss, metrics } = s4l.objective(
        {
          features: tf.zeros([batchSize, 1]),
          logits: perSample('class_logits_sup'),
          'rotation.logits': perSample('rot_logits_unsup'),
          'labelled.rotation.logits': perSample('rot_logits_sup'),
        },
        { groups: { 'rotation.rotated': group('pretext'), 'labelled.rotation.rotated': group('labelled') } },
        at,
      );
      expectGolden(loss, reference, 'loss');
      expectGolden(metrics?.['supervisedLoss'] as tf.Scalar, reference, 'loss_class');
      expect(Object.keys(metrics ?? {})).toEqual([
        'supervisedLoss',
        'accuracy',
        'rotationLoss',
        'rotationAccuracy',
      ]);
    });
  });
});

describe('the options of s4l', () => {
  it('are completed by those of its pretext methods, and completing them again changes nothing', () => {
    const given = {
      pretext: ['rotation', 'autoencoder'],
      pretextOptions: { rotation: { rotations: 'one' } },
      pretextWeights: { autoencoder: 0.5 },
    };
    const options = s4l.options.parse(given) as typeof given;
    expect(options.pretextOptions).toMatchObject({
      rotation: { rotations: 'one', angles: [0, 90, 180, 270] },
      autoencoder: { corruption: 'mask' },
    });
    expect(options.pretextWeights).toEqual({ rotation: 1, autoencoder: 0.5 });
    expect(s4l.options.parse(options)).toEqual(options);
  });

  it.each([
    [{ pretext: ['rotatoin'] }, 'pretext: unknown method "rotatoin": did you mean "rotation"?'],
    [{ pretext: ['rotation', 'rotation'] }, 'pretext: rotation is named twice'],
    [{ pretext: ['supervised'] }, 'pretext: supervised chooses its own samples'],
    [{ pretext: ['s4l'] }, 'pretext: s4l chooses its own samples'],
    [
      { pretextOptions: { rotation: { anglez: [0] } } },
      'pretextOptions.rotation.anglez: unknown option of rotation "anglez": did you mean "angles"?',
    ],
    [{ pretextOptions: { rotation: { angles: [0, 45] } } }, 'pretextOptions.rotation.angles.1: Invalid'],
    [{ pretextWeights: { byol: 1 } }, 'pretextWeights.byol: byol is not among pretext, which has rotation'],
  ])('say what does not fit: %j', (options, fault) => {
    expect(faultOf(options)).toContain(fault);
  });
});

describe('the views of s4l', () => {
  const input: InputSpec = { modality: 'image', shape: [8, 8, 3], dtype: 'float32' };
  const augmentation = resolveAugmentation('auto', input, 'weak');
  const viewsWith = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    s4l.views(s4l.options.parse(options), { input, augmentation }).groups;

  it('are those of the pretext methods, of both streams', () => {
    expect(viewsWith({})).toMatchObject({
      'rotation.rotated': { stream: 'pretext', shared: 'rotation.shared', count: 4 },
      'labelled.rotation.rotated': { stream: 'labelled', shared: 'labelled.rotation.shared', count: 4 },
    });
  });

  it('of labelled samples are augmented only, where asked', () => {
    const groups = viewsWith({ labelledViews: 'augmented', pretext: ['rotation', 'autoencoder'] });
    expect(Object.keys(groups)).toEqual([
      'rotation.rotated',
      'autoencoder.input',
      'autoencoder.target',
      'labelled',
    ]);
    expect(groups['labelled']).toEqual({ stream: 'labelled', count: 1, transforms: augmentation.view });
  });

  it('are augmented as much as the pretext method that wants most', () => {
    const strengthOf = (pretext: readonly string[]): unknown =>
      s4l.augmentationStrengthFor?.(s4l.options.parse({ pretext }));
    expect(strengthOf(['rotation', 'autoencoder'])).toBe('weak');
    expect(strengthOf(['rotation', 'byol'])).toBe('strong');
  });
});
