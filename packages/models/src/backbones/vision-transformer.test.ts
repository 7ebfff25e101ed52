import type { InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backbone } from '../backbone.ts';
import { expectGolden, fillFromGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { disposeModule, parameterCount } from '../parameter-tree.ts';
import { createBackbone, defaultBackbone, getBackboneKind, requireMap } from './registry.ts';

const random = createRandom(0);
const evaluation = { training: false };
const golden = readGolden('transformers.json');
const small = { dim: 8, depth: 2, heads: 2 };

function inputOf(...shape: number[]): InputSpec {
  return { modality: 'image', shape, dtype: 'float32' };
}

function vit(input: InputSpec, options: Record<string, unknown> = {}, name = 'vit-micro'): Backbone {
  return createBackbone(name, { input, random, options: { ...small, ...options } });
}

function noise(shape: number[], seed = 1): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('vision transformers as backbones', () => {
  it.each(['vit', 'vit_local_crop', 'vit_subset'])('%s: tokens and features are timm’s', (name) => {
    const reference = golden(name);
    const { image, ...options } = reference.params as Record<string, unknown> & { image: number[] };
    const { patchSize, dim, depth, heads, mlpRatio, pool } = options;
    const backbone = vit(inputOf(...image), { patchSize, dim, depth, heads, mlpRatio, pool });
    fillFromGolden(backbone.parameters, reference.inputs);
    tf.tidy(() => {
      const x = goldenTensor(reference.inputs, 'x');
      const keep =
        'keep' in reference.inputs ? goldenTensor<tf.Tensor2D>(reference.inputs, 'keep') : undefined;
      const tokens = backbone.tokens?.encode(x, evaluation, keep && { keep }) as tf.Tensor3D;
      expectGolden(tokens, reference, 'tokens', { floor: 3e-6 });
      if (keep) return;
      expectGolden(backbone.features(x, evaluation), reference, 'features', { floor: 3e-6 });
      const both = backbone.tokens?.encodeAndPool(x, evaluation);
      expect([...(both?.tokens.dataSync() ?? [])]).toEqual([...tokens.dataSync()]);
      expectGolden(both?.features as tf.Tensor, reference, 'features', { floor: 3e-6 });
    });
    disposeModule(backbone);
  });

  it('builds timm’s vit_tiny at 32×32 with patches of 4', () => {
    const backbone = createBackbone('vit-tiny', { input: inputOf(32, 32, 3), random });
    // timm.create_model('vit_tiny_patch16_224', img_size=32, patch_size=4, num_classes=0) of timm 1.0.31
    expect(parameterCount(backbone.parameters)).toBe(5_360_832);
    expect(backbone.featureDim).toBe(192);
    expect(backbone.tokens).toMatchObject({
      count: 64,
      dim: 192,
      prefix: 1,
      grid: [8, 8],
      patchSize: [4, 4],
    });
    disposeModule(backbone);
  });

  it.each([
    [[32, 32, 3], 4],
    [[28, 28, 1], 4],
    [[30, 45, 1], 3],
    [[224, 224, 3], 16],
    [[64, 96, 1], 16],
    [[100, 100, 13], 10],
  ] as const)('cuts inputs of %j into patches of %i, unless told otherwise', (shape, side) => {
    const kind = getBackboneKind('vit-micro');
    const input = inputOf(...shape);
    expect(kind.needs(input)).toBeUndefined();
    expect(kind.patchSize?.(input, {})).toEqual([side, side]);
    expect(kind.patchSize?.(input, { patchSize: 1 })).toEqual([1, 1]);
  });

  it('takes spectrograms and images of many channels', () => {
    for (const shape of [
      [16, 24, 1],
      [8, 8, 13],
    ]) {
      const backbone = vit(inputOf(...shape));
      tf.tidy(() => {
        const features = backbone.features(noise([2, ...shape]), evaluation);
        expect(features.shape).toEqual([2, 8]);
        expect(tf.all(tf.isFinite(features)).dataSync()[0]).toBe(1);
      });
      disposeModule(backbone);
    }
  });

  it('sees what whole patches cover of local crops', () => {
    const backbone = vit(inputOf(32, 32, 3));
    tf.tidy(() => {
      const crop = noise([2, 14, 14, 3]) as tf.Tensor4D;
      const covered = tf.slice(crop, [0, 0, 0, 0], [2, 12, 12, 3]);
      const features = backbone.features(crop, evaluation);
      expect(largestDifference(features, backbone.features(covered, evaluation))).toBe(0);
      expect(requireMap('test', backbone).map(crop, evaluation).shape).toEqual([2, 3, 3, 8]);
      expect(() => backbone.features(noise([2, 3, 14, 3]), evaluation)).toThrow(
        'vit-micro: inputs of 3×14 are smaller than a patch of 4×4; use larger inputs or smaller patches',
      );
    });
    disposeModule(backbone);
  });

  it('pools maps and tokens to its features', () => {
    const backbone = vit(inputOf(8, 12, 3));
    const ofClass = vit(inputOf(8, 12, 3), { pool: 'class' });
    const ofBoth = vit(inputOf(8, 12, 3), { pool: 'class-mean' });
    tf.tidy(() => {
      const x = noise([3, 8, 12, 3]);
      const features = backbone.features(x, evaluation);
      const { map, poolMap } = requireMap('test', backbone);
      expect(largestDifference(poolMap(map(x, evaluation)), features)).toBeLessThan(1e-6);
      for (const { tokens, features: featuresOf } of [backbone, ofClass, ofBoth]) {
        const encoded = tokens?.encodeAndPool(x, evaluation);
        expect(encoded?.tokens.shape).toEqual([3, 7, 8]);
        expect(largestDifference(encoded?.features as tf.Tensor, featuresOf(x, evaluation))).toBeLessThan(
          1e-6,
        );
      }
      // All three start from the same weights.
      const both = tf.concat([ofClass.features(x, evaluation), features], 1);
      expect(ofBoth.featureDim).toBe(16);
      expect(largestDifference(ofBoth.features(x, evaluation), both)).toBeLessThan(1e-6);
    });
    expect(() => requireMap('a method', ofBoth)).toThrow('a method needs a backbone with a feature map');
    expect(() => requireMap('a method', ofClass)).toThrow('a method needs a backbone with a feature map');
    disposeModule(backbone);
    disposeModule(ofClass);
    disposeModule(ofBoth);
  });

  it('is cloned with its weights and fixed positions, and changes by itself', () => {
    const backbone = vit(inputOf(8, 8, 1), { positions: 'sincos', initialization: 'xavier' });
    const copy = backbone.clone();
    expect(copy.settings).toEqual(backbone.settings);
    expect([...copy.buffers.keys()]).toEqual(['pos_embed']);
    tf.tidy(() => {
      const x = noise([2, 8, 8, 1]);
      const before = backbone.features(x, evaluation);
      expect(largestDifference(copy.features(x, evaluation), before)).toBe(0);
      for (const { variable } of copy.parameters.values()) variable.assign(tf.zerosLike(variable));
      expect(largestDifference(backbone.features(x, evaluation), before)).toBe(0);
      expect(largestDifference(copy.features(x, evaluation), before)).toBeGreaterThan(0.1);
    });
    disposeModule(backbone);
    disposeModule(copy);
  });

  it('leaves the default where it was, and is the default for tokens', () => {
    expect(defaultBackbone(inputOf(32, 32, 3))).toBe('resnet-tiny');
    expect(defaultBackbone(inputOf(32, 32, 3), 'tokens')).toBe('vit-micro');
  });

  it('says what it cannot take', () => {
    const kind = getBackboneKind('vit-tiny');
    expect(kind.needs(inputOf(31, 32, 3))).toBe('sides that patches of at least 2×2 pixels can tile');
    expect(kind.needs({ ...inputOf(32), dtype: 'int32' })).toBe(
      'inputs [height, width, channels], such as images',
    );
    const build = (options: Record<string, unknown>) => () => vit(inputOf(32, 32, 3), options);
    expect(build({ patchSize: 5 })).toThrow(
      'the sides of an image must be multiples of the patch size 5, got 32×32',
    );
    expect(build({ heads: 3 })).toThrow('the number of heads must divide dim 8, got 3');
    expect(build({ heads: 3 })).toThrow(expect.toSatisfy(isUserError));
    expect(build({ depht: 3 })).toThrow('vit-micro');
  });
});
