import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { numbers, relativeError } from '../conformance/op-values.ts';
import { useBackend } from '../use-backend.node.ts';
import { attention } from './attention.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

const random = (shape: [number, number, number], seed: number): tf.Tensor3D =>
  tf.tensor3d(numbers(tf.util.sizeFromShape(shape), seed), shape);

it('does with masked keys what it does without them', () => {
  tf.tidy(() => {
    const q = random([4, 3, 5], 1);
    const k = random([4, 6, 5], 2);
    const v = random([4, 6, 2], 3);
    const four = (x: tf.Tensor3D): tf.Tensor3D => tf.slice(x, [0, 0, 0], [-1, 4, -1]);
    const flags = [1, 1, 1, 1, 0, 0];
    const keyMask = tf.tensor2d([...flags, ...flags], [2, 6], 'bool');
    const masked = attention(q, k, v, { keyMask }).dataSync<'float32'>();
    const shorter = attention(q, four(k), four(v)).dataSync<'float32'>();
    expect(relativeError(masked, shorter)).toBeLessThan(1e-6);
  });
});

it('gives each sample of a batch its own mask, the same for all of its heads', () => {
  tf.tidy(() => {
    const q = random([4, 3, 5], 1);
    const k = random([4, 2, 5], 2);
    const v = random([4, 2, 2], 3);
    const keyMask = tf.tensor2d([1, 0, 0, 1], [2, 2], 'bool');
    const result = attention(q, k, v, { keyMask }).arraySync();
    const values = v.arraySync();
    result.forEach((rows, head) => {
      for (const row of rows) expect(row).toEqual(values[head]?.[head < 2 ? 0 : 1]);
    });
  });
});

it('names shapes that do not fit', () => {
  tf.tidy(() => {
    const q = random([4, 3, 5], 1);
    expect(() => attention(q, random([4, 6, 4], 2), random([4, 6, 2], 3))).toThrow(
      /query must be .* got \[4,3,5\], \[4,6,4\], \[4,6,2\]/,
    );
    const keyMask = tf.ones<tf.Rank.R2>([3, 6]);
    expect(() => attention(q, random([4, 6, 5], 2), random([4, 6, 2], 3), { keyMask })).toThrow(
      'attention: keyMask must be [batch, 6] with 4 a multiple of batch, got [3,6]',
    );
  });
});
