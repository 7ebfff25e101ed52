import { cifar10SmallRecipe, generatedShapesRecipe, type ViewRecipe } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeTrees } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Progress, Views } from '../method.ts';
import { selfClassifierLoss } from '../self-classifier-loss.ts';
import { selfClassifier, type SelfClassifierOptions, type SelfClassifierState } from './self-classifier.ts';

const image = { height: 8, width: 8, channels: 3 };
const batchSize = 4;

function stateWith(options: Record<string, unknown>): SelfClassifierState {
  const random = createRandom(0);
  const backbone = createBackbone('resnet-tiny', { random, image, width: 2 });
  const context = {
    random,
    backbone,
    image,
    batchSize,
    totalEpochs: 1,
    totalSteps: 1,
    dataset: { length: 8 },
  };
  return selfClassifier.init(
    context,
    selfClassifier.options.parse({ hiddenDim: 8, outDim: 4, classes: [3, 5], ...options }),
  );
}

function viewsOf(...counts: number[]): Views {
  const groups = counts.map((count, index) => {
    const side = index === 0 ? 8 : 4;
    const images = tf.randomUniform<tf.Rank.R4>([count * batchSize, side, side, 3], 0, 1, 'float32', index);
    return [`group${index}`, { count, images }] as const;
  });
  return { batchSize, indices: Int32Array.of(4, 5, 6, 7), groups: Object.fromEntries(groups) };
}

const at: Progress = {
  ...{ step: 0, totalSteps: 1, epoch: 0, totalEpochs: 1, samples: 0 },
  random: createRandom(1),
  forward: { training: true },
};

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('selfClassifier', () => {
  it('has the authors’ defaults', () => {
    expect(selfClassifier.options.parse({})).toMatchObject({
      rowTemperature: 0.1,
      columnTemperature: 0.05,
      epsilon: 1e-12,
      outDim: 128,
      queueSize: 0,
      classifierScale: 'trained',
    });
    expect(() => selfClassifier.options.parse({ rowTemperatur: 1 })).toThrow('rowTemperatur');
    expect(() => selfClassifier.options.parse({ classes: [1] })).toThrow();
  });

  it('names its tensors as the authors’ checkpoints do', () => {
    const state = stateWith({});
    const names = [...state.trainable.keys()].filter((name) => !name.startsWith('backbone.'));
    expect(names).toEqual([
      ...['mlp_head.mlp.0.weight', 'mlp_head.mlp.0.bias', 'mlp_head.mlp.1.weight', 'mlp_head.mlp.1.bias'],
      ...['mlp_head.mlp.3.weight', 'mlp_head.mlp.3.bias', 'mlp_head.mlp.4.weight', 'mlp_head.mlp.4.bias'],
      ...['mlp_head.mlp.6.weight', 'mlp_head.mlp.6.bias'],
      ...['cls_0.weight_g', 'cls_0.weight_v', 'cls_1.weight_g', 'cls_1.weight_v'],
    ]);
    disposeTrees(state.trainable, state.buffers);
  });

  it('is the loss of its logits over global and local views, and watches each classifier', () => {
    const state = stateWith({});
    tf.tidy(() => {
      const views = viewsOf(2, 2);
      const { loss, features, metrics } = selfClassifier.loss(state, views, at);
      expect(features.shape).toEqual([2 * batchSize, 8]);

      const { backbone, head, classifiers } = state;
      const [globals, locals] = Object.values(views.groups).map((group) =>
        backbone.forward(group.images, at.forward),
      );
      const embeddings = head.forward(tf.concat([globals as tf.Tensor2D, locals as tf.Tensor2D]), at.forward);
      const logits = classifiers.map(
        (classifier) =>
          tf.reshape(classifier.forward(embeddings, at.forward), [
            4,
            batchSize,
            classifier.classes,
          ]) as tf.Tensor3D,
      );
      const expected = selfClassifierLoss(logits).dataSync()[0] as number;
      expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
      expect(Object.keys(metrics ?? {})).toEqual([
        ...['classesUsed3', 'meanEntropy3', 'confidence3'],
        ...['classesUsed5', 'meanEntropy5', 'confidence5'],
      ]);
    });
    disposeTrees(state.trainable, state.buffers);
  });

  it('tells classifiers of one size apart', () => {
    const state = stateWith({ classes: [3, 5, 3] });
    tf.tidy(() => {
      const names = Object.keys(selfClassifier.loss(state, viewsOf(2), at).metrics ?? {});
      expect(names.filter((name) => name.startsWith('classesUsed'))).toEqual([
        'classesUsed3Head0',
        'classesUsed5',
        'classesUsed3Head2',
      ]);
    });
    disposeTrees(state.trainable, state.buffers);
  });

  it('replaces view 0 by its nearest neighbours once the queue is full', () => {
    const state = stateWith({ queueSize: 6 });
    const { queue } = state;
    tf.tidy(() => {
      const views = viewsOf(2);
      const lossOf = (): number => selfClassifier.loss(state, views, at).loss.dataSync()[0] as number;
      const plain = lossOf();
      const push = (): void => {
        const { aux = {} } = selfClassifier.loss(state, views, at);
        const context = { ...at, sweep: () => expect.fail('nothing to sweep') };
        selfClassifier.afterStep?.(state, context, aux);
      };
      push();
      expect(queue?.isFull()).toBe(false);
      expect(lossOf()).toBe(plain);
      push();
      expect(queue?.isFull()).toBe(true);
      const withNeighbours = lossOf();
      expect(Number.isFinite(withNeighbours)).toBe(true);
      expect(withNeighbours).not.toBe(plain);
    });
    disposeTrees(state.trainable, state.buffers);
  });

  it('keeps fixed class vectors at unit length after a step', () => {
    const state = stateWith({ classifierScale: 'fixed' });
    const direction = state.trainable.get('cls_0.weight_v')?.variable as tf.Variable;
    expect(state.trainable.has('cls_0.weight_g')).toBe(false);
    tf.tidy(() => {
      direction.assign(tf.mul(direction, 3));
      selfClassifier.afterStep?.(state, { ...at, sweep: () => expect.fail('nothing to sweep') }, {});
      for (const length of tf.norm(direction, 2, 0).dataSync()) expect(length).toBeCloseTo(1, 6);
    });
    disposeTrees(state.trainable, state.buffers);
  });

  it('chooses a recipe for the image, and asks for as many local views as wanted', () => {
    const recipe = (options: Record<string, unknown>, side: number): Record<string, number> => {
      const size = { height: side, width: side, channels: 3 };
      const { groups } = selfClassifier.views(selfClassifier.options.parse(options), size);
      return Object.fromEntries(Object.entries(groups).map(([name, { count }]) => [name, count]));
    };
    const total = (counts: Record<string, number>): number =>
      Object.values(counts).reduce((sum, n) => sum + n, 0);
    expect(total(recipe({}, 32))).toBe(2);
    expect(total(recipe({}, 224))).toBe(2);
    expect(recipe({ localViews: 4 }, 224)).toMatchObject({ local: 4 });
    expect(() => recipe({ localViews: 4 }, 32)).toThrow(
      'self-classifier: the recipe cifar10-small has no local views; set localViews to 0',
    );
    expect(() => recipe({ localViews: 4, recipe: 'generated-shapes' }, 32)).toThrow(
      'self-classifier: the recipe generated-shapes has no local views; set localViews to 0',
    );
  });

  it('takes the recipe that is named, whatever the image', () => {
    const views = (recipe: SelfClassifierOptions['recipe']): ViewRecipe =>
      selfClassifier.views(selfClassifier.options.parse({ recipe }), { height: 96, width: 96, channels: 3 });
    expect(views('cifar10-small')).toEqual(cifar10SmallRecipe({ imageSize: 96 }));
    expect(views('generated-shapes')).toEqual(generatedShapesRecipe({ imageSize: 96 }));
    expect(views('auto')).toEqual(views('imagenet'));
  });

  it('says what is wrong with a queue or a head', () => {
    expect(() => stateWith({ queueSize: 3 })).toThrow(
      'self-classifier: queueSize 3 is smaller than a batch of 4; use 0 (off) or more',
    );
    const state = stateWith({});
    expect(() => selfClassifier.predict?.(state, tf.zeros([1, 8, 8, 3]), 2)).toThrow(
      'self-classifier: no head 2; its heads are 0 to 1, with 3, 5 classes',
    );
    disposeTrees(state.trainable, state.buffers);
  });
});
