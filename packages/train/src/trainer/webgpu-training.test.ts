import type { BackendName } from '@ssl/backend';
import { useBackend, webgpuStatus } from '@ssl/backend/node';
import { createGeneratedShapes } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTrainer } from './trainer.ts';

const { adapter = 'webgpu is not installed' } = await webgpuStatus();
const missing = typeof adapter === 'string' ? ` (skipped: ${adapter})` : '';

/** The loss of each of 20 steps of Self-Classifier. */
async function lossesOn(backend: BackendName): Promise<number[]> {
  await useBackend(backend);
  const before = tf.memory().numTensors;
  const trainer = await createTrainer({
    method: getMethod('self-classifier'),
    dataset: createGeneratedShapes({ length: 34 }),
    config: {
      ...{ epochs: 5, batchSize: 8, input: { size: 16 }, seed: 3 },
      // Small steps: with larger ones the network amplifies the rounding of each backend a thousandfold in ten steps.
      optimizer: { name: 'sgd', learningRate: 0.001, momentum: 0.9, weightDecay: 0 },
      backbone: { name: 'resnet-tiny', width: 4 },
      methodOptions: { hiddenDim: 64, outDim: 16, classes: [4], queueSize: 16 },
    },
  });
  const losses: number[] = [];
  await trainer.run({
    onEvent: (event) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  });
  trainer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return losses;
}

describe.skipIf(missing !== '')(`training on webgpu in Node${missing}`, () => {
  it('gives the losses of wasm over 20 steps, and leaks nothing', { timeout: 300_000 }, async () => {
    const expected = await lossesOn('wasm');
    const losses = await lossesOn('webgpu');
    expect(losses).toHaveLength(20);
    for (const [step, loss] of losses.entries()) {
      expect(Math.abs(loss / (expected[step] ?? NaN) - 1), `step ${step + 1}`).toBeLessThan(3e-4);
    }
  });
});
