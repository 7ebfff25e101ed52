// Times the convolution of jax-conv.mjs and both its gradients on one of our backends.
// usage: node --conditions=@ssl/source --import tsx bench/tfjs-conv.ts BACKEND THREADS STEPS
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../packages/backend/src/index.ts';
import { useBackend } from '../packages/backend/src/node.ts';

const [backend = 'wasm', threads = '1', steps = '10'] = process.argv.slice(2);
await useBackend(backend as BackendName, { threads: Number(threads) });
const x = tf.randomNormal<tf.Rank.R4>([32, 32, 32, 32], 0, 1, 'float32', 1);
const filter = tf.randomNormal<tf.Rank.R4>([3, 3, 32, 32], 0, 1, 'float32', 2);
const dy = tf.randomNormal<tf.Rank.R4>([32, 32, 32, 32], 0, 1, 'float32', 3);
const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
const run = (kernel: string, inputs: tf.NamedTensorMap, more: object): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, { ...attrs, ...more });

async function median(work: () => tf.Tensor[]): Promise<number> {
  const times: number[] = [];
  for (let step = 0; step < Number(steps) + 2; step++) {
    const start = performance.now();
    const results = work();
    await results[0]?.data();
    if (step >= 2) times.push(performance.now() - start);
    tf.dispose(results);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

const forwardMs = await median(() => [run('Conv2D', { x, filter }, {})]);
const gradientsMs = await median(() => [
  run('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }),
  run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }),
]);
process.stdout.write(JSON.stringify({ forwardMs, gradientsMs }));
process.exit();
