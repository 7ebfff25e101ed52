import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, relativeError } from '../conformance/op-values.ts';
import { webgpu, webgpuTitle } from '../fixtures/webgpu.testing.ts';
import { SslBatchNormInference } from '../kernel-names.ts';
import { batchNormInference } from '../ops/batch-norm-inference.ts';
import { useBackend } from '../use-backend.node.ts';

/** What a kernel is compared with. */
type Reference = 'cpu' | 'wasm';

/** The values that `compute` gives on `webgpu`, without tfjs's computing small tensors on the processor, and elsewhere. */
async function onBoth(compute: () => tf.Tensor, reference: Reference): Promise<[Float32Array, Float32Array]> {
  const results: Float32Array[] = [];
  for (const backend of ['webgpu', reference]) {
    await tf.setBackend(backend);
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    const before = tf.memory().numTensors + tf.backend().numDataIds();
    const result = tf.tidy(compute);
    results.push(Float32Array.from(await result.data()));
    result.dispose();
    expect(tf.memory().numTensors + tf.backend().numDataIds()).toBe(before);
  }
  return results as [Float32Array, Float32Array];
}

async function expectSame(compute: () => tf.Tensor, reference: Reference = 'cpu'): Promise<void> {
  const [actual, expected] = await onBoth(compute, reference);
  expect(relativeError(actual, expected)).toBeLessThan(1e-5);
}

describe.skipIf(!webgpu)(webgpuTitle('kernels for webgpu'), () => {
  beforeAll(async () => {
    await useBackend('cpu');
    await useBackend('wasm', { threads: 1 });
    await useBackend('webgpu');
  });

  it.each([NaN, Infinity, -Infinity, -1, 0])('exp, log and softmax of %f are those of cpu', async (value) => {
    const x = numbers(21, 1).map((each, index) => (index === 9 ? value : Math.abs(each) + 0.1));
    await expectSame(() => tf.exp(tf.tensor2d(x, [3, 7])));
    await expectSame(() => tf.log(tf.tensor2d(x, [3, 7])));
    await expectSame(() => tf.softmax(tf.tensor2d(x, [3, 7])));
  });

  it('keeps exp and softmax of what is out of the ordinary', async () => {
    await expectSame(() => tf.exp(tf.tensor1d([0, 1, 2], 'int32')));
    await expectSame(() => tf.softmax(tf.fill([2, 3], -Infinity)));
    await expectSame(() => tf.softmax(tf.tensor4d(numbers(2 * 3 * 4 * 5, 2), [2, 3, 4, 5])));
    await expectSame(() => tf.softmax(tf.tensor2d(numbers(600, 3), [2, 300])));
  });

  it.each([
    [2, 2, 0],
    [3, 2, 1],
    [3, 1, 'same'],
  ] as const)(
    'gives the gradient of maxPool %i, stride %i, padding %s, to the first of equals',
    async (...args) => {
      const [size, stride, pad] = args;
      // Zeros, as ReLU makes them, are equal.
      const x = numbers(2 * 5 * 7 * 3, 1).map((value) => Math.max(value, 0));
      const pool = (image: tf.Tensor): tf.Tensor =>
        tf.maxPool(image as tf.Tensor4D, size, stride, pad, pad === 'same' ? undefined : 'floor');
      await expectSame(() => {
        const image = tf.tensor4d(x, [2, 5, 7, 3]);
        const upstream = tf.reshape(tf.range(1, pool(image).size + 1), pool(image).shape);
        return tf.grad(pool)(image, upstream);
      });
    },
  );

  it.each([
    [2, 2, 0],
    [3, 2, 1],
    [3, 1, 'same'],
  ] as const)(
    'gives the gradient of avgPool %i, stride %i, padding %s, to what the mean counted',
    async (size, stride, pad) => {
      const pool = (image: tf.Tensor): tf.Tensor =>
        tf.avgPool(image as tf.Tensor4D, size, stride, pad, pad === 'same' ? undefined : 'floor');
      // Not against cpu, which divides by the whole window where a part of it is padding.
      await expectSame(() => tf.grad(pool)(tf.tensor4d(numbers(2 * 5 * 7 * 3, 1), [2, 5, 7, 3])), 'wasm');
    },
  );

  it.each([{}, { activation: 'relu' }, { activation: 'relu', residual: true }] as const)(
    'normalises by given statistics in one pass: %j',
    async ({
      activation = 'none',
      residual = false,
    }: {
      activation?: 'relu' | 'none';
      residual?: boolean;
    }) => {
      expect(tf.getKernel(SslBatchNormInference, 'webgpu')).toBeDefined();
      const channel = (seed: number): tf.Tensor1D => tf.tensor1d(numbers(5, seed));
      const image = (seed: number): tf.Tensor4D => tf.tensor4d(numbers(120, seed), [2, 3, 4, 5]);
      await expectSame(() =>
        batchNormInference(image(1), channel(2), tf.abs(channel(3)), channel(4), channel(5), {
          activation,
          ...(residual && { residual: image(6) }),
        }),
      );
    },
  );

  it('gives back what gatherND of small tensors took', async () => {
    await tf.setBackend('webgpu');
    tf.env().set('WEBGPU_CPU_FORWARD', true);
    const before = tf.backend().numDataIds();
    const result = tf.tidy(() =>
      tf.gatherND(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([[1, 0]], [1, 2], 'int32')),
    );
    expect([...(await result.data())]).toEqual([3]);
    result.dispose();
    expect(tf.backend().numDataIds()).toBe(before);
  });
});
