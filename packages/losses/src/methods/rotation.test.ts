import { applyRecipe, choiceTarget, resolveAugmentation, rotate90, type ImageSample } from '@ssl/augment';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@ssl/backend/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, trialInput, tryMethod } from '../fixtures/method-trial.testing.ts';
import { batchAccuracy, crossEntropyLoss } from '../losses/cross-entropy-loss.ts';
import { viewMajor } from '../parts/view-major.ts';
import { rotation } from './rotation.ts';

const input = trialInput(8);
const noise: ImageSample = {
  ...{ modality: 'image', height: 8, width: 8, channels: 3, range: [0, 255] },
  data: Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => createRandom(at).integer(256)),
};

interface Rotated {
  readonly views: readonly ArrayLike<number>[];
  readonly turns: readonly number[];
}

function viewsWith(options: Record<string, unknown>, name = 'rotnet'): Rotated {
  const augmentation = resolveAugmentation(name, input, 'weak');
  const recipe = rotation.views(rotation.options.parse(options), { input, augmentation });
  const { inputs = [], targets = [] } =
    applyRecipe(noise, createRandom(3), { recipe, input })['rotated'] ?? {};
  return {
    views: inputs.map(({ data }) => data),
    turns: targets.map((target) => target[choiceTarget]?.data[0] ?? NaN),
  };
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('rotation', () => {
  it.each(['rotnet', 'cifar10-small', 'crop-and-flip'])(
    'turns one shared crop of each image by all angles (%s)',
    (augmentation) => {
      const { views, turns } = viewsWith({}, augmentation);
      expect(turns).toEqual([0, 1, 2, 3]);
      const upright = { height: 8, width: 8, channels: 3, data: Float32Array.from(views[0] ?? []) };
      for (const [turn, view] of views.entries()) {
        const expected = [...rotate90(upright, turn).data];
        expect(view).toHaveLength(expected.length);
        for (let at = 0; at < view.length; at++) expect(view[at]).toBeCloseTo(expected[at] as number, 5);
      }
    },
  );

  it('takes any subset of the angles, labelled in their order', () => {
    const all = viewsWith({});
    const some = viewsWith({ angles: [180, 0] });
    expect(some.turns).toEqual([0, 1]);
    expect(some.views[0]).toEqual(all.views[2]);
    expect(some.views[1]).toEqual(all.views[0]);
  });

  it('takes one random rotation an image where asked', () => {
    const { views, turns } = viewsWith({ rotations: 'one' });
    expect(views).toHaveLength(1);
    expect(turns[0]).toBeLessThan(4);
  });

  it('classifies each view by its angle', () => {
    const { assess, dispose } = tryMethod(rotation, { angles: [0, 180] }, { batchSize: 3 });
    tf.tidy(() => {
      const turns = tf.tensor1d([0, 0, 0, 1, 1, 1], 'int32');
      const inputs = tf.randomUniform([6, 8, 8, 3], 0, 1, 'float32', 1);
      const group = { ...trialGroup(inputs, 2), targets: { [choiceTarget]: turns } };
      const { loss, outputs, metrics } = assess({ groups: { rotated: group } });
      expect(outputs['logits']?.shape).toEqual([3, 2, 2]);
      const logits = viewMajor(outputs['logits'] as tf.Tensor);
      expect(loss.dataSync()).toEqual(crossEntropyLoss(logits, turns).dataSync());
      expect(metrics['accuracy']?.dataSync()).toEqual(batchAccuracy(logits, turns).dataSync());
    });
    dispose();
  });

  it('refuses angles that are no quarter turns, and images that are no squares', () => {
    expect(() => rotation.options.parse({ angles: [0, 45] })).toThrow();
    const wide = { ...input, shape: [8, 9, 3] };
    const augmentation = resolveAugmentation('crop-and-flip', wide, 'weak');
    expect(() => rotation.views(rotation.options.parse({}), { input: wide, augmentation })).toThrow(
      'rotation: turns square images, 8×9 is none',
    );
  });
});
