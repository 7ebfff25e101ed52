import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectGolden,
  fillFromGolden,
  goldenTensor,
  gradientsOf,
  readGolden,
  type GoldenCase,
} from '../fixtures/golden.testing.ts';
import { disposeModule, parameterCount } from '../parameter-tree.ts';
import { resamplePositions } from './resample-positions.ts';
import { sinCosPositions2d } from './sin-cos-positions.ts';
import {
  createVisionTransformer,
  type VisionTransformer,
  type VisionTransformerOptions,
} from './vision-transformer.ts';

const golden = readGolden('transformers.json');
const random = createRandom(0);
const evaluation = { training: false };
const small = {
  image: { height: 8, width: 12, channels: 1 },
  patchSize: 4,
  dim: 8,
  depth: 2,
  heads: 2,
  random,
};

function fromGolden({ params, inputs }: GoldenCase): VisionTransformer {
  const [height, width, channels] = params['image'] as [number, number, number];
  const options = params as unknown as Pick<
    VisionTransformerOptions,
    'patchSize' | 'dim' | 'depth' | 'heads'
  >;
  const model = createVisionTransformer({ ...options, image: { height, width, channels }, random });
  const names = Object.keys(inputs).filter((name) => !['x', 'dout', 'keep'].includes(name));
  expect([...model.parameters.keys()]).toEqual(names);
  fillFromGolden(model.parameters, inputs);
  return model;
}

describe.each(['wasm', 'cpu'] as const)('a vision transformer on %s, against timm', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(['vit', 'vit_local_crop', 'vit_subset'])('%s', (name) => {
    const reference = golden(name);
    const model = fromGolden(reference);
    tf.tidy(() => {
      const { inputs } = reference;
      const x = goldenTensor<tf.Tensor4D>(inputs, 'x');
      const keep = 'keep' in inputs ? goldenTensor<tf.Tensor2D>(inputs, 'keep') : undefined;
      expectGolden(model.tokens(x, { keep }, evaluation), reference, 'tokens', { floor: 3e-6 });
      if (!keep) expectGolden(model.features(x, evaluation), reference, 'features', { floor: 3e-6 });
      const dout = goldenTensor(inputs, 'dout');
      const gradients = gradientsOf(x, model.parameters, (images) =>
        tf.sum(tf.mul(model.tokens(images, { keep }, evaluation), dout)),
      );
      expect(gradients.size).toBe(1 + model.parameters.size);
      for (const [parameter, gradient] of gradients) {
        expectGolden(gradient, reference, `grad_${parameter}`, { floor: 1e-5 });
      }
    });
    disposeModule(model);
  });

  it.each(['4x4', '2x2', '3x5', '12x9'])('resamples positions to %s', (size) => {
    tf.tidy(() => {
      const reference = golden(`resample_positions_${size}`);
      const [from, to] = ['from', 'to'].map((key) => {
        const [height, width] = reference.params[key] as [number, number];
        return { height, width };
      }) as [{ height: number; width: number }, { height: number; width: number }];
      const positions = goldenTensor<tf.Tensor2D>(reference.inputs, 'positions');
      expectGolden(resamplePositions(positions, from, to), reference, 'y');
      const gradient = tf.grad((input) => {
        const y = resamplePositions(input as tf.Tensor2D, from, to);
        return tf.sum(tf.mul(y, goldenTensor(reference.inputs, 'dout')));
      });
      expectGolden(gradient(positions), reference, 'grad_positions');
    });
  });
});

describe('sinCosPositions2d', () => {
  it.each(['sin_cos_16_3x3_class', 'sin_cos_8_2x3'])('%s is MAE’s', (name) => {
    const reference = golden(name);
    const { dim, height, width, classToken } = reference.params as {
      dim: number;
      height: number;
      width: number;
      classToken: boolean;
    };
    tf.tidy(() => {
      const rows = height * width + (classToken ? 1 : 0);
      const positions = sinCosPositions2d(dim, height, width, { classToken });
      expectGolden(tf.tensor2d(positions, [rows, dim]), reference, 'positions');
    });
  });

  it('refuses a dimension that is no multiple of 4', () => {
    expect(() => sinCosPositions2d(6, 2, 2)).toThrow('dim must be a multiple of 4, got 6');
  });
});

describe('createVisionTransformer', () => {
  beforeAll(async () => {
    await useBackend('wasm', { threads: 1 });
  });

  it('builds vit-tiny with timm’s parameters', () => {
    const model = createVisionTransformer({
      image: { height: 32, width: 32, channels: 3 },
      patchSize: 4,
      random,
    });
    // timm.create_model('vit_tiny_patch16_224', img_size=32, patch_size=4, num_classes=0) of timm 1.0.31
    expect(parameterCount(model.parameters)).toBe(5_360_832);
    expect([...model.parameters.keys()].slice(0, 6)).toEqual([
      'cls_token',
      'pos_embed',
      'patch_embed.proj.weight',
      'patch_embed.proj.bias',
      'blocks.0.norm1.weight',
      'blocks.0.norm1.bias',
    ]);
    expect([...model.parameters.keys()].slice(-3)).toEqual([
      'blocks.11.mlp.fc2.bias',
      'norm.weight',
      'norm.bias',
    ]);
    expect([model.featureDim, model.patchCount, model.grid]).toEqual([192, 64, { height: 8, width: 8 }]);
    disposeModule(model);
  });

  it('runs a subset of patches as it runs all of them, in any order', () => {
    const model = createVisionTransformer(small);
    tf.tidy(() => {
      const x = images(2, 8, 12);
      const all = model.tokens(x, {}, evaluation);
      expect(all.shape).toEqual([2, 7, 8]);
      const inOrder = tf.tensor2d([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], [2, 6], 'int32');
      expect(largestDifference(model.tokens(x, { keep: inOrder }, evaluation), all)).toBe(0);
      const turned = tf.tensor2d([5, 4, 3, 2, 1, 0, 5, 4, 3, 2, 1, 0], [2, 6], 'int32');
      const back = tf.gather(model.tokens(x, { keep: turned }, evaluation), [0, 6, 5, 4, 3, 2, 1], 1);
      expect(largestDifference(back, all)).toBeLessThan(1e-5);
      const some = tf.tensor2d([1, 4, 0, 3], [2, 2], 'int32');
      expect(model.tokens(x, { keep: some }, evaluation).shape).toEqual([2, 3, 8]);
    });
    disposeModule(model);
  });

  it('gives each image what it gives it alone', () => {
    const model = createVisionTransformer(small);
    tf.tidy(() => {
      const x = images(3, 8, 12);
      const together = model.features(x, evaluation);
      const alone = tf
        .unstack(x)
        .map((image) => model.features(tf.expandDims(image) as tf.Tensor4D, evaluation));
      expect(largestDifference(tf.concat(alone), together)).toBeLessThan(1e-6);
    });
    disposeModule(model);
  });

  it('gives maps of the patches’ tokens, and takes images of other sizes', () => {
    const model = createVisionTransformer({ ...small, pool: 'mean' });
    tf.tidy(() => {
      const x = images(2, 16, 4);
      const map = model.map(x, evaluation);
      expect(map.shape).toEqual([2, 4, 1, 8]);
      const tokens = model.tokens(x, {}, evaluation);
      expect(largestDifference(tf.slice(tokens, [0, 1, 0]), tf.reshape(map, [2, 4, 8]))).toBe(0);
      expect(largestDifference(model.forward(x, evaluation), tf.mean(map, [1, 2]))).toBeLessThan(1e-6);
    });
    disposeModule(model);
  });

  it('keeps fixed positions as a buffer, and learns all else', () => {
    const model = createVisionTransformer({ ...small, positions: 'sincos' });
    expect([...model.buffers.keys()]).toEqual(['pos_embed']);
    expect(model.parameters.has('pos_embed')).toBe(false);
    const { variable } = model.buffers.get('pos_embed') as { variable: tf.Variable };
    expect(variable.trainable).toBe(false);
    expect([...variable.dataSync()]).toEqual([...sinCosPositions2d(8, 2, 3, { classToken: true })]);
    tf.tidy(() => {
      const keep = tf.tensor2d([1, 4, 0, 3], [2, 2], 'int32');
      const { grads } = tf.variableGrads(() =>
        tf.sum(tf.square(model.tokens(images(2, 8, 12), { keep }, evaluation))),
      );
      expect(Object.keys(grads)).toHaveLength(model.parameters.size);
    });
    disposeModule(model);
  });

  it('has the gradients of finite differences, with drop path', () => {
    const model = createVisionTransformer({ ...small, dropPath: 0.4 });
    const context = { training: true, random: createRandom(1) };
    tf.tidy(() => {
      for (const { variable } of model.parameters.values()) {
        variable.assign(tf.randomNormal(variable.shape, 0, 0.5, 'float32', 1));
      }
      const x = images(4, 4, 8);
      const keep = tf.tensor2d([1, 1, 0, 1], [4, 1], 'int32');
      const weights = tf.randomNormal([4, 2, 8], 0, 1, 'float32', 2);
      const objective = (): tf.Scalar => tf.sum(tf.mul(model.tokens(x, { keep }, context), weights));
      const { grads } = tf.variableGrads(objective);
      for (const [name, { variable }] of model.parameters) {
        const direction = tf.randomNormal(variable.shape, 0, 1, 'float32', 3);
        const value = tf.clone(variable);
        const at = (step: number): number => {
          variable.assign(tf.add(value, tf.mul(direction, step)));
          return objective().dataSync()[0] as number;
        };
        const expected = (at(2e-3) - at(-2e-3)) / 4e-3;
        variable.assign(value);
        const slope = tf.sum(tf.mul(grads[variable.name] as tf.Tensor, direction)).dataSync()[0] as number;
        expect(Math.abs(slope - expected), name).toBeLessThan(0.02 * Math.abs(expected) + 0.02);
      }
    });
    disposeModule(model);
  });

  it('drops the same paths of a sample in a part of the batch', () => {
    const model = createVisionTransformer({ ...small, dropPath: 0.5 });
    tf.tidy(() => {
      const context = { training: true, random: createRandom(2) };
      const x = images(32, 8, 12);
      const whole = model.features(x, context);
      const places = [30, 3, 17, 9];
      const part = model.features(tf.gather(x, places), {
        ...context,
        placeOf: (row: number) => places[row]!,
      });
      expect(largestDifference(part, tf.gather(whole, places))).toBeLessThan(1e-5);
      expect(largestDifference(whole, model.features(x, evaluation))).toBeGreaterThan(1e-3);
    });
    disposeModule(model);
    expect(() => createVisionTransformer({ ...small, dropPath: 1 })).toThrow('from 0 to below 1, got 1');
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const model = createVisionTransformer(small);
    const built = tf.memory().numTensors;
    const x = images(2, 8, 8);
    const keep = tf.tensor2d([1, 0], [2, 1], 'int32');
    tf.tidy(() => {
      tf.variableGrads(() => tf.sum(model.tokens(x, { keep }, evaluation)));
      model.map(x, evaluation);
    });
    tf.dispose([x, keep]);
    expect(tf.memory().numTensors).toBe(built);
    disposeModule(model);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong with an image', () => {
    const model = createVisionTransformer(small);
    tf.tidy(() => {
      const mistake = errorOf(() => model.features(images(1, 8, 10), evaluation));
      expect(isUserError(mistake)).toBe(true);
      expect(mistake.message).toContain('multiples of the patch size 4, got 8×10');
      expect(() => model.features(tf.zeros([1, 8, 12, 3]), evaluation)).toThrow('[batch,height,width,1]');
    });
    disposeModule(model);
    expect(() => createVisionTransformer({ ...small, heads: 3 })).toThrow('must divide dim 8, got 3');
  });
});

function images(batch: number, height: number, width: number): tf.Tensor4D {
  return tf.randomUniform([batch, height, width, 1], 0, 1, 'float32', 7);
}

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number);
}
