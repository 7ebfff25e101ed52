import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTensorflowBackend, type TensorflowBackend } from './load-tensorflow.node.ts';
import { native, nativeTitle } from '../fixtures/native.testing.ts';

describe.skipIf(!native)(nativeTitle('loadTensorflowBackend'), () => {
  beforeAll(async () => {
    await tf.setBackend('tensorflow');
  });

  it('describes what it loaded, the same each time', async () => {
    const info = (await loadTensorflowBackend()) as TensorflowBackend;
    expect(info.description).toContain(`TensorFlow ${info.version} (${info.gpu ? 'GPU' : 'CPU'}`);
    expect(info.threads).toBeGreaterThanOrEqual(1);
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(info.notes[0]).toMatch(/^@tensorflow\/tfjs-node/);
    expect(await loadTensorflowBackend()).toBe(info);
  });

  it('uses this process’s one copy of TensorFlow.js', () => {
    expect(tf.backend()).toBeInstanceOf(tf.KernelBackend);
    const product = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
    expect(product).toBeInstanceOf(tf.Tensor);
    expect([...product.dataSync()]).toEqual([3, 3, 3, 3]);
    product.dispose();
  });

  it('comes back after it was removed', async () => {
    tf.removeBackend('tensorflow');
    await loadTensorflowBackend();
    await tf.setBackend('tensorflow');
    expect(tf.tidy(() => tf.sum(tf.ones([5])).dataSync()[0])).toBe(5);
  });

  it('prints nothing, and the process ends by itself', () => {
    const program = `
      import * as tf from '@tensorflow/tfjs-core';
      import { loadTensorflowBackend } from ${JSON.stringify(fileURLToPath(new URL('./load-tensorflow.node.ts', import.meta.url)))};
      await loadTensorflowBackend();
      await tf.setBackend('tensorflow');
      tf.relu(tf.ones([2])).dataSync();
    `;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--conditions', '@ssl/source', '--input-type', 'module', '-e', program],
      { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });
});
