import * as tf from '@tensorflow/tfjs-core';
import { attention } from '../ops/attention.ts';
import { batchNormInference } from '../ops/batch-norm-inference.ts';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { gelu } from '../ops/gelu.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { layerNorm } from '../ops/layer-norm.ts';

/** Settings of a golden case. */
export type GoldenParams = Readonly<Record<string, unknown>>;

/** Tensors by the names that a golden case has for them. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** What computes the outputs of golden cases. */
export interface GoldenOp {
  /** Of the names of its cases. */
  readonly prefix: string;
  readonly run: (inputs: NamedTensors, params: GoldenParams) => NamedTensors;
}

/** In this order: the first prefix that fits counts. */
export const goldenOps: readonly GoldenOp[] = [
  { prefix: 'batchnorm', run: batchNormSteps },
  { prefix: 'conv_transpose', run: convTranspose },
  { prefix: 'conv', run: convolution },
  op('maxpool', (x, params) => {
    const { size, stride, padding } = windowOf(params);
    return tf.maxPool(x as tf.Tensor4D, size, stride, padding, 'floor');
  }),
  op('avgpool', (x, params) => {
    const { size, stride, padding } = windowOf(params);
    return tf.avgPool(x as tf.Tensor4D, size, stride, padding, 'floor');
  }),
  op('global_avg_pool', (x) => globalAveragePool(x as tf.Tensor4D)),
  op('global_max_pool', (x) => tf.max(x, [1, 2])),
  { prefix: 'linear', run: (inputs) => ({ y: linear(tensor(inputs, 'x'), inputs, '') }) },
  op('relu', (x) => tf.relu(x)),
  op('leaky_relu', (x, params) => tf.leakyRelu(x, number(params, 'slope'))),
  op('gelu_exact', (x) => gelu(x)),
  op('softmax', (x, params) => alongAxis(x, number(params, 'dim'), (rows) => tf.softmax(rows))),
  op('log_softmax', (x, params) => alongAxis(x, number(params, 'dim'), (rows) => tf.logSoftmax(rows))),
  {
    prefix: 'layer_norm',
    run: (inputs, params) => ({
      y: layerNorm(
        tensor(inputs, 'x'),
        tensor(inputs, 'gamma') as tf.Tensor1D,
        tensor(inputs, 'beta') as tf.Tensor1D,
        { epsilon: number(params, 'eps') },
      ),
    }),
  },
  { prefix: 'vit_block', run: (inputs, params) => ({ y: vitBlock(inputs, params) }) },
];

/** An op of one input and one output. */
function op(prefix: string, run: (x: tf.Tensor, params: GoldenParams) => tf.Tensor): GoldenOp {
  return { prefix, run: (inputs, params) => ({ y: run(tensor(inputs, 'x'), params) }) };
}

function convolution(inputs: NamedTensors, params: GoldenParams): NamedTensors {
  const { stride, padding } = windowOf(params);
  const x = tensor(inputs, 'x') as tf.Tensor4D;
  const kernel = tensor(inputs, 'kernel') as tf.Tensor4D;
  const y = tf.conv2d(x, kernel, stride, padding, 'NHWC', 1, 'floor');
  return {
    y: inputs['bias'] ? tf.add(y, inputs['bias']) : y,
    // TensorFlow's own padding, which PyTorch's cases at stride 2 stand beside.
    y_tf_same: tf.conv2d(x, kernel, stride, 'same'),
  };
}

function convTranspose(inputs: NamedTensors, params: GoldenParams): NamedTensors {
  const { stride, padding } = windowOf(params);
  const x = tensor(inputs, 'x') as tf.Tensor4D;
  const kernel = tensor(inputs, 'kernel') as tf.Tensor4D;
  const [batch, height, width] = x.shape;
  const [kernelHeight, kernelWidth, channels] = kernel.shape;
  const grown = (size: number, kernelSize: number): number => (size - 1) * stride - 2 * padding + kernelSize;
  const shape: tf.Tensor4D['shape'] = [
    batch,
    grown(height, kernelHeight),
    grown(width, kernelWidth),
    channels,
  ];
  return { y: tf.conv2dTranspose(x, kernel, shape, stride, padding, 'floor') };
}

/** Training steps on `x0`, `x1`, …, running statistics after each, then the first batch by the last of them. */
function batchNormSteps(inputs: NamedTensors, params: GoldenParams): NamedTensors {
  const epsilon = number(params, 'eps');
  const momentum = number(params, 'momentum');
  const gamma = tensor(inputs, 'gamma') as tf.Tensor1D;
  const beta = tensor(inputs, 'beta') as tf.Tensor1D;
  const outputs: Record<string, tf.Tensor> = {};
  let runningMean: tf.Tensor = tf.zerosLike(gamma);
  let runningVariance: tf.Tensor = tf.onesLike(gamma);
  for (let step = 0; inputs[`x${step}`]; step += 1) {
    const x = tensor(inputs, `x${step}`);
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon });
    const count = x.size / gamma.size;
    const unbiased = tf.mul(variance, count / (count - 1));
    runningMean = tf.add(tf.mul(runningMean, 1 - momentum), tf.mul(mean, momentum));
    runningVariance = tf.add(tf.mul(runningVariance, 1 - momentum), tf.mul(unbiased, momentum));
    outputs[`y${step}`] = y;
    outputs[`running_mean${step}`] = runningMean;
    outputs[`running_var${step}`] = runningVariance;
  }
  const [mean, variance] = [runningMean, runningVariance] as [tf.Tensor1D, tf.Tensor1D];
  outputs['y_eval_x0'] = batchNormInference(tensor(inputs, 'x0'), mean, variance, gamma, beta, { epsilon });
  return outputs;
}

/** Block of a vision transformer that normalises first; `x` is `[batch, tokens, dim]`. */
function vitBlock(inputs: NamedTensors, params: GoldenParams): tf.Tensor {
  const x = tensor(inputs, 'x');
  const heads = number(params, 'heads');
  const epsilon = number(params, 'ln_eps');
  const [batch, tokens, dim] = x.shape as [number, number, number];
  const depth = dim / heads;
  const normalise = (value: tf.Tensor, name: string): tf.Tensor =>
    layerNorm(
      value,
      tensor(inputs, `${name}.weight`) as tf.Tensor1D,
      tensor(inputs, `${name}.bias`) as tf.Tensor1D,
      { epsilon },
    );
  const projected = linear(normalise(x, 'norm1'), inputs, 'attn.qkv.');
  const byHead = tf.transpose(
    tf.reshape(projected, [batch, tokens, 3 * heads, depth]),
    [0, 2, 1, 3],
  ) as tf.Tensor4D;
  const [query, key, value] = tf
    .split(byHead, 3, 1)
    .map((part) => tf.reshape(part, [batch * heads, tokens, depth])) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const attended = tf.reshape(attention(query, key, value), [batch, heads, tokens, depth]);
  const joined = tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, tokens, dim]);
  const hidden = tf.add(x, linear(joined, inputs, 'attn.proj.'));
  const expanded = gelu(linear(normalise(hidden, 'norm2'), inputs, 'mlp.fc1.'));
  return tf.add(hidden, linear(expanded, inputs, 'mlp.fc2.'));
}

/** PyTorch's `linear`, its weight `[out, in]`. */
function linear(x: tf.Tensor, inputs: NamedTensors, prefix: string): tf.Tensor {
  const weight = tensor(inputs, `${prefix}weight`);
  const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);
  const y = tf.add(tf.matMul(rows, weight, false, true), tensor(inputs, `${prefix}bias`));
  return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[0] ?? 1]);
}

/** Along any axis of a matrix what `run` does along the last. */
function alongAxis(x: tf.Tensor, axis: number, run: (rows: tf.Tensor) => tf.Tensor): tf.Tensor {
  return axis === 0 && x.rank === 2 ? tf.transpose(run(tf.transpose(x))) : run(x);
}

function windowOf(params: GoldenParams): { size: number; stride: number; padding: number } {
  return {
    size: number(params, 'kernel'),
    stride: number(params, 'stride'),
    padding: 'padding' in params ? number(params, 'padding') : 0,
  };
}

function tensor(inputs: NamedTensors, name: string): tf.Tensor {
  const found = inputs[name];
  if (!found)
    throw new Error(`golden case: expected an input ${name}, got ${Object.keys(inputs).join(', ')}`);
  return found;
}

function number(params: GoldenParams, name: string): number {
  const value = params[name];
  if (typeof value !== 'number') {
    throw new Error(`golden case: expected a number params.${name}, got ${JSON.stringify(value)}`);
  }
  return value;
}
