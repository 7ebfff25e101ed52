import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { relativeError, valuesOf } from './op-values.ts';

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

/** A layer with the values and gradients that PyTorch gave. */
export interface GoldenCase {
  readonly name: string;
  readonly params: { readonly kernel?: number; readonly stride?: number; readonly padding?: number };
  readonly inputs: Readonly<Record<string, Values>>;
  readonly outputs: Readonly<Record<string, Values>>;
}

/** The cases of `fixtures/layers.json` that this package has ops for. */
export function goldenCases(json: string): readonly GoldenCase[] {
  const { cases } = JSON.parse(json) as { cases: GoldenCase[] };
  return cases.filter(({ name }) => !name.includes('transpose'));
}

/** Relative errors of a golden case on the backend in use: of its value, and of its gradients by name. */
export async function goldenErrors(
  golden: GoldenCase,
): Promise<{ value: number; gradients: ReadonlyMap<string, number> }> {
  const steps = 'x0' in golden.inputs;
  // In the cases of two steps only the gradient by the input belongs to one step.
  const names = Object.keys(golden.inputs).filter((name) =>
    steps ? name === 'x0' : `grad_${name}` in golden.outputs,
  );
  const results = tf.tidy(() => {
    const inputs = tensors(golden.inputs);
    const dout = inputs[steps ? 'dout0' : 'dout'] as tf.Tensor;
    const gradients = tf.grads((...xs: tf.Tensor[]) => {
      const replaced = Object.fromEntries(names.map((name, index) => [name, xs[index] as tf.Tensor]));
      return tf.sum(tf.mul(run(golden, { ...inputs, ...replaced }), dout));
    })(names.map((name) => inputs[name] as tf.Tensor));
    return [run(golden, inputs), ...gradients];
  });
  const expected = [steps ? 'y0' : 'y', ...names.map((name) => `grad_${name}`)];
  const [value, ...gradients] = (await valuesOf(results)).map((actual, index) =>
    relativeError(actual, golden.outputs[expected[index] as string]?.data ?? []),
  );
  return {
    value: value as number,
    gradients: new Map(names.map((name, index) => [name, gradients[index] as number])),
  };
}

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
