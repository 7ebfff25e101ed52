import { resolveAugmentation, viewTransforms } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, trialInput, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { selfClassifierLoss } from '../losses/self-classifier-loss.ts';
import type { Views } from '../method.ts';
import { selfClassifier, type SelfClassifierOptions, type SelfClassifierRoles } from './self-classifier.ts';

type Trial = MethodTrial<SelfClassifierOptions, SelfClassifierRoles>;

const batchSize = 4;

function trialWith(options: Record<string, unknown> = {}): Trial {
  return tryMethod(selfClassifier, { hiddenDim: 8, outDim: 4, classes: [3, 5], ...options }, { batchSize });
}

/** Two global views, and as many local ones as asked for. */
function viewsOf(locals = 0): Views {
  const group = (count: number, side: number): Views['groups'][string] =>
    trialGroup(tf.randomUniform([count * batchSize, side, side, 3], 0, 1, 'float32', side), count, {
      indices: Int32Array.of(4, 5, 6, 7),
    });
  return { groups: { views: group(2, 8), ...(locals > 0 && { local: group(locals, 4) }) } };
}

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
    const { trainable, dispose } = trialWith();
    const names = [...trainable.keys()].filter((name) => !name.startsWith('backbone.'));
    expect(names).toEqual([
      ...['mlp_head.mlp.0.weight', 'mlp_head.mlp.0.bias', 'mlp_head.mlp.1.weight', 'mlp_head.mlp.1.bias'],
      ...['mlp_head.mlp.3.weight', 'mlp_head.mlp.3.bias', 'mlp_head.mlp.4.weight', 'mlp_head.mlp.4.bias'],
      ...['mlp_head.mlp.6.weight', 'mlp_head.mlp.6.bias'],
      ...['cls_0.weight_g', 'cls_0.weight_v', 'cls_1.weight_g', 'cls_1.weight_v'],
    ]);
    dispose();
  });

  it('is the loss of its logits over global and local views, and watches each classifier', () => {
    const { state, assess, dispose } = trialWith();
    tf.tidy(() => {
      const views = viewsOf(2);
      const { loss, outputs, metrics } = assess(views);
      // Views stand behind their sample; local ones are not watched.
      expect(outputs.features.shape).toEqual([batchSize, 2, 8]);
      expect(outputs.projections?.shape).toEqual([batchSize, 2, 4]);

      const forward = { training: true };
      const { backbone, modules, classifiers } = state;
      const [globals, locals] = Object.values(views.groups).map((group) =>
        backbone.features(group.inputs, forward),
      );
      const embeddings = modules.mlp_head.forward(
        tf.concat([globals as tf.Tensor2D, locals as tf.Tensor2D]),
        forward,
      );
      const logits = classifiers.map(
        (classifier) =>
          tf.reshape(classifier.forward(embeddings, forward), [
            4,
            batchSize,
            classifier.classes,
          ]) as tf.Tensor3D,
      );
      const expected = selfClassifierLoss(logits).dataSync()[0] as number;
      expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
      expect(Object.keys(metrics)).toEqual([
        ...['classesUsed3', 'meanEntropy3', 'confidence3'],
        ...['classesUsed5', 'meanEntropy5', 'confidence5'],
      ]);
    });
    dispose();
  });

  it('tells classifiers of one size apart', () => {
    const { assess, options, dispose } = trialWith({ classes: [3, 5, 3] });
    tf.tidy(() => {
      const names = Object.keys(assess(viewsOf()).metrics);
      expect(names.filter((name) => name.startsWith('classesUsed'))).toEqual([
        'classesUsed3Head0',
        'classesUsed5',
        'classesUsed3Head2',
      ]);
      const context = { dataset: { length: 8 }, input: trialInput(), batchSize: 4 };
      const described = selfClassifier.metrics?.(options, context) ?? {};
      expect(Object.keys(described)).toEqual(names);
      expect(described['classesUsed3Head2']).toMatchObject({ head: 2, collapsedWhen: { atMost: 1 } });
    });
    dispose();
  });

  it('replaces view 0 by its nearest neighbours once the queue is full', () => {
    const { state, assess, at, dispose } = trialWith({ queueSize: 6 });
    const { queue } = state.memory;
    tf.tidy(() => {
      const views = viewsOf();
      const lossOf = (): number => assess(views).loss.dataSync()[0] as number;
      const plain = lossOf();
      const push = (): void => selfClassifier.afterStep?.(state, assess(views).outputs, views, at());
      push();
      expect(queue?.isFull()).toBe(false);
      expect(lossOf()).toBe(plain);
      push();
      expect(queue?.isFull()).toBe(true);
      const withNeighbours = lossOf();
      expect(Number.isFinite(withNeighbours)).toBe(true);
      expect(withNeighbours).not.toBe(plain);
    });
    dispose();
  });

  it('keeps fixed class vectors at unit length after a step', () => {
    const { state, trainable, assess, at, dispose } = trialWith({ classifierScale: 'fixed' });
    const direction = trainable.get('cls_0.weight_v')?.variable as tf.Variable;
    expect(trainable.has('cls_0.weight_g')).toBe(false);
    tf.tidy(() => {
      const views = viewsOf();
      const { outputs } = assess(views);
      direction.assign(tf.mul(direction, 3));
      selfClassifier.afterStep?.(state, outputs, views, at());
      for (const length of tf.norm(direction, 2, 0).dataSync()) expect(length).toBeCloseTo(1, 6);
    });
    dispose();
  });

  it('takes the run’s augmentation for two views, and asks for as many local views as wanted', () => {
    const input = trialInput(224);
    const recipeOf = (name: string, options: Record<string, unknown>) => {
      const augmentation = resolveAugmentation(name, input, 'strong');
      const parsed = selfClassifier.options.parse(options);
      return { augmentation, ...selfClassifier.views(parsed, { input, augmentation }) };
    };
    const plain = recipeOf('cifar10-small', {});
    expect(plain.groups).toEqual({
      views: { count: 2, transforms: viewTransforms(plain.augmentation, 2) },
    });
    const withLocals = recipeOf('self-classifier-imagenet', { localViews: 4 });
    expect(withLocals.groups['local']).toEqual({ count: 4, transforms: withLocals.augmentation.local });
    for (const name of ['cifar10-small', 'generated-shapes']) {
      expect(() => recipeOf(name, { localViews: 4 })).toThrow(
        'self-classifier: the augmentation has no local views; use one that has, such as self-classifier-imagenet, or set methodOptions.localViews to 0',
      );
    }
  });

  it('says what is wrong with a queue or a head', () => {
    expect(() => trialWith({ queueSize: 3 })).toThrow(
      'self-classifier: queueSize 3 is smaller than a batch of 4; use 0 (off) or more',
    );
    const { state, options, dispose } = trialWith();
    tf.tidy(() => {
      expect(() => selfClassifier.predict?.(state, tf.zeros([1, 8, 8, 3]), options, 2)).toThrow(
        'self-classifier: no head 2; its heads are 0 to 1, with 3, 5 classes',
      );
    });
    dispose();
  });
});
