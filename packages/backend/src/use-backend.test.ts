import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { softwareWebgpu, webgpu, webgpuTitle } from './fixtures/webgpu.testing.ts';
import { batchNormInference, batchNormTraining, globalAveragePool, isOutOfMemoryError } from './index.ts';
import { useBackend } from './node.ts';

interface Trained {
  readonly threads: number;
  readonly losses: readonly number[];
  readonly digest: string;
  readonly leaked: number;
  readonly grown: number;
}

/** Runs the training program in a process of its own, which must end by itself and print nothing else. */
async function train(threads: number, steps: number, backend = 'wasm'): Promise<Trained> {
  const program = fileURLToPath(new URL('./fixtures/train.testing.ts', import.meta.url));
  const flags = ['--conditions=@ssl/source', '--import', 'tsx'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, program, String(threads), String(steps), backend],
    { timeout: 50_000 },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Trained;
}

describe('useBackend', () => {
  it('trains the same on any number of threads, bit for bit, and leaks nothing', async () => {
    const [one, two, again, five] = await Promise.all([train(1, 5), train(2, 5), train(2, 5), train(5, 5)]);
    expect([one.threads, two.threads, five.threads]).toEqual([1, 2, 5]);
    expect([two.digest, again.digest, five.digest]).toEqual([one.digest, one.digest, one.digest]);
  });

  it('holds no more tensors and memory after 1,000 steps than after two', async () => {
    expect(await train(2, 1000)).toMatchObject({ leaked: 0, grown: 0 });
  });

  it('is changed by name, and tells a wrong name from a right one', async () => {
    const wasm = await useBackend('wasm', { threads: 2 });
    expect(wasm).toMatchObject({
      name: 'wasm',
      description: 'wasm (SIMD, 2 threads)',
      simd: true,
      notes: [],
    });
    expect(await useBackend('wasm')).toBe(wasm);
    const cpu = await useBackend('cpu');
    expect(cpu.notes.join()).toContain('hundreds of times slower');
    expect(tf.getBackend()).toBe('cpu');
    await useBackend('wasm');
    expect(tf.getBackend()).toBe('wasm');
    await expect(useBackend('wasn' as 'wasm')).rejects.toThrow(
      'unknown backend "wasn": did you mean "wasm"?',
    );
    if (!webgpu) await expect(useBackend('webgpu')).rejects.toThrow(/^backend webgpu: it \w+/);
    await expect(useBackend('wasm', { threads: 0 })).rejects.toThrow(
      'useBackend: threads must be a whole number from 1 to 8, got 0',
    );
  });

  it('says that memory is full, and goes on once there is room', async () => {
    await useBackend('wasm');
    const backend = tf.backend() as BackendWasm;
    const held: tf.Tensor[] = [];
    const fill = (): void => {
      for (let count = 0; count < 5; count += 1) {
        held.push(tf.engine().makeTensorFromTensorInfo(backend.makeOutput([2 ** 28], 'float32')));
      }
    };
    let failure: unknown;
    try {
      fill();
    } catch (error) {
      failure = error;
    }
    expect(isOutOfMemoryError(failure)).toBe(true);
    expect(failure).toMatchObject({ requestedBytes: 2 ** 30, limitBytes: 4_294_901_760 });
    tf.dispose(held);
    expect([...tf.add(tf.tensor1d([1]), 2).dataSync()]).toEqual([3]);
  });

  it('starts anew after dispose', async () => {
    const first = await useBackend('wasm');
    await first.dispose();
    const second = await useBackend('wasm', { threads: 1 });
    expect(second.threads).toBe(1);
    expect([...tf.matMul(tf.ones([2, 3]), tf.ones([3, 1])).dataSync()]).toEqual([3, 3]);
    await second.dispose();
  });
});

describe.skipIf(!webgpu)(webgpuTitle('useBackend on WebGPU'), () => {
  it('trains as wasm does, leaks nothing, and ends by itself', async () => {
    const [gpu, wasm] = await Promise.all([train(1, 6, 'webgpu'), train(1, 6)]);
    expect(gpu.leaked).toBe(0);
    for (const [step, loss] of gpu.losses.entries())
      expect(loss / (wasm.losses[step] ?? NaN)).toBeCloseTo(1, 4);
  });

  it('says how a tensor is read, and starts anew after dispose', async () => {
    const first = await useBackend('webgpu');
    const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 1]));
    expect(() => product.dataSync()).toThrow('use "await tensor.data()"');
    expect([...(await product.data())]).toEqual([3, 3]);
    await first.dispose();
    const second = await useBackend('webgpu');
    expect(second.notes.some((note) => note.includes('software'))).toBe(softwareWebgpu);
    expect([...(await tf.add(tf.ones([2]), 2).data())]).toEqual([3, 3]);
    await second.dispose();
  });

  it('says that a tensor has no room, and goes on', async () => {
    const info = await useBackend('webgpu');
    // More than any adapter lets one buffer have; without watching, its values would read as zeros.
    const large = tf.fill([2 ** 30 + 1024], 1);
    const reading = tf.slice(large, [0], [4]).data();
    await expect(reading).rejects.toSatisfy(isOutOfMemoryError);
    await expect(reading).rejects.toThrow('backend webgpu: the graphics device has no room for a tensor');
    large.dispose();
    expect([...(await tf.add(tf.ones([2]), 2).data())]).toEqual([3, 3]);
    await info.dispose();
  });

  it.skipIf(!softwareWebgpu)('is not taken by itself where its adapter is software', async () => {
    const info = await useBackend('auto');
    expect(info.name).not.toBe('webgpu');
    if (info.name === 'wasm')
      expect(info.notes.join()).toContain('WebGPU is not used: its adapter is software');
  });
});

describe('shapes that do not fit', () => {
  it('are named', async () => {
    await useBackend('wasm');
    const x = tf.ones<tf.Rank.R4>([2, 3, 3, 4]);
    const four = tf.ones<tf.Rank.R1>([4]);
    const three = tf.ones<tf.Rank.R1>([3]);
    expect(() => batchNormTraining(x, three, four)).toThrow(
      'batchNormTraining: gamma must be [4] for x [2,3,3,4], got [3]',
    );
    expect(() => batchNormTraining(x, four, four, { residual: tf.ones<tf.Rank.R4>([1, 3, 3, 4]) })).toThrow(
      'batchNormTraining: residual [1,3,3,4] must have the shape of x [2,3,3,4]',
    );
    expect(() => batchNormInference(x, four, four, four, three)).toThrow('beta must be [4]');
    expect(() => batchNormTraining(tf.zeros<tf.Rank.R2>([0, 4]), four, four)).toThrow('not empty');
    expect(() => globalAveragePool(four as unknown as tf.Tensor4D)).toThrow(
      'must be [batch, height, width, channels]',
    );
  });
});
