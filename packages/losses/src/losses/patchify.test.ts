import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { patchify, unpatchify } from './patchify.ts';

describe.each(['wasm', 'cpu'] as const)('patchify on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('mae.json'))('$name: the authors’ patches, and back', (reference) => {
    tf.tidy(() => {
      const patchSize = reference.params['patch'] as number;
      const images = goldenTensor<tf.Tensor4D>(reference.inputs, 'images');
      const [, height, width] = images.shape;
      const patches = patchify(images, patchSize);
      expectGolden(patches, reference, 'patches');
      const again = unpatchify(patches, patchSize, [height, width]);
      expect(again.shape).toEqual(images.shape);
      expect(again.dataSync()).toEqual(images.dataSync());
    });
  });

  it('cuts images that are not square, with any number of channels', () => {
    tf.tidy(() => {
      const images = tf.reshape(tf.range(0, 2 * 4 * 6 * 2), [2, 4, 6, 2]) as tf.Tensor4D;
      const patches = patchify(images, 2);
      expect(patches.shape).toEqual([2, 6, 8]);
      // The patch in the second row and third column of the first image: lines 2 and 3, columns 4 and 5.
      const patch = tf.slice(patches, [0, 5, 0], [1, 1, 8]).dataSync();
      expect([...patch]).toEqual([32, 33, 34, 35, 44, 45, 46, 47]);
      expect(unpatchify(patches, 2, [4, 6]).dataSync()).toEqual(images.dataSync());
    });
  });

  it('passes gradients on, each to its place', () => {
    tf.tidy(() => {
      const images = tf.reshape(tf.range(0, 32), [1, 4, 4, 2]) as tf.Tensor4D;
      const weights = tf.reshape(tf.range(0, 32), [1, 4, 8]) as tf.Tensor3D;
      const gradient = tf.grad((x) => tf.sum(tf.mul(patchify(x as tf.Tensor4D, 2), weights)))(images);
      expect(gradient.dataSync()).toEqual(unpatchify(weights, 2, [4, 4]).dataSync());
    });
  });
});

describe('patchify and unpatchify', () => {
  it('leave no tensor behind but their result', () => {
    const images = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const before = tf.memory().numTensors;
    const patches = patchify(images, 2);
    const again = unpatchify(patches, 2, [4, 4]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([images, patches, again]);
  });

  it('say what does not fit', () => {
    tf.tidy(() => {
      expect(() => patchify(tf.zeros([1, 4, 6, 3]), 4)).toThrow(
        'whose sides are multiples of the patch size 4, got [1,4,6,3]',
      );
      expect(() => patchify(tf.zeros([1, 4, 4, 3]), 0)).toThrow('patch size 0');
      expect(() => unpatchify(tf.zeros([1, 4, 13]), 2, [4, 4])).toThrow(
        'expected patches [batch,4,4·channels] for images of 4×4 pixels and patch size 2, got [1,4,13]',
      );
      expect(() => unpatchify(tf.zeros([1, 5, 12]), 2, [4, 4])).toThrow('got [1,5,12]');
    });
  });
});
