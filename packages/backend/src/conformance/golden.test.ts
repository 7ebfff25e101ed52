import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { useBackend } from '../use-backend.node.ts';
import { conformanceBackends } from './conformance-backends.testing.ts';
import { relativeError } from './op-values.testing.ts';

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

interface GoldenCase {
  readonly name: string;
  readonly params: { readonly kernel?: number; readonly stride?: number; readonly padding?: number };
  readonly inputs: Readonly<Record<string, Values>>;
  readonly outputs: Readonly<Record<string, Values>>;
}

const text = readFileSync(new URL('../fixtures/layers.json', import.meta.url), 'utf8');
const { cases } = JSON.parse(text) as { cases: GoldenCase[] };

/** The case's op on its inputs, by name. */
function run({ name, params }: GoldenCase, inputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor {
  const x = (inputs['x'] ?? inputs['x0']) as tf.Tensor4D;
  const { kernel: size = 2, stride = 2, padding = 0 } = params;
  if (name.startsWith('maxpool')) return tf.maxPool(x, size, stride, padding, 'floor');
  if (name.startsWith('avgpool')) return tf.avgPool(x, size, stride, padding, 'floor');
  if (name.startsWith('global_avg')) return globalAveragePool(x);
  if (name.startsWith('batchnorm')) {
    return batchNormTraining(x, inputs['gamma'] as tf.Tensor1D, inputs['beta'] as tf.Tensor1D).y;
  }
  const y = tf.conv2d(x, inputs['kernel'] as tf.Tensor4D, stride, padding, 'NHWC', 1, 'floor');
  return inputs['bias'] ? tf.add(y, inputs['bias']) : y;
}

function tensors(values: Readonly<Record<string, Values>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]),
  );
}

const covered = cases.filter(({ name }) => !name.includes('transpose'));

describe.each(conformanceBackends)('layers on $title, against PyTorch', ({ name, here }) => {
  beforeAll(async () => {
    if (here) await useBackend(name);
  });

  it.skipIf(!here).each(covered)('$name', (golden) => {
    tf.tidy(() => {
      const inputs = tensors(golden.inputs);
      const steps = 'x0' in inputs;
      const expected = golden.outputs[steps ? 'y0' : 'y'] as Values;
      expect(relativeError(run(golden, inputs).dataSync<'float32'>(), expected.data)).toBeLessThan(1e-5);
      // In the cases of two steps only the gradient by the input belongs to one step.
      const names = Object.keys(golden.inputs).filter((name) =>
        steps ? name === 'x0' : `grad_${name}` in golden.outputs,
      );
      const dout = inputs[steps ? 'dout0' : 'dout'] as tf.Tensor;
      const gradients = tf.grads((...xs: tf.Tensor[]) => {
        const replaced = Object.fromEntries(names.map((name, index) => [name, xs[index] as tf.Tensor]));
        return tf.sum(tf.mul(run(golden, { ...inputs, ...replaced }), dout));
      })(names.map((name) => inputs[name] as tf.Tensor));
      for (const [index, name] of names.entries()) {
        const wanted = golden.outputs[`grad_${name}`] as Values;
        const actual = (gradients[index] as tf.Tensor).dataSync<'float32'>();
        expect(relativeError(actual, wanted.data), name).toBeLessThan(5e-5);
      }
    });
  });
});
