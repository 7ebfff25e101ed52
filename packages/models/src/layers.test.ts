import { globalAveragePool } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBatchNorm } from './batch-norm.ts';
import { createConvolution } from './convolution.ts';
import {
  expectGolden,
  fillFromGolden,
  goldenTensor,
  gradientsOf,
  numberOf,
  readGolden,
  shapeOf,
} from './fixtures/golden.testing.ts';
import { kaimingNormalFanOut } from './initializers.ts';
import { l2Normalize } from './l2-normalize.ts';
import { createLinear } from './linear.ts';
import type { Module } from './module.ts';
import type { Parameter } from './parameter.ts';
import { treesOf } from './parameter-tree.ts';
import { basicBlock } from './residual-block.ts';
import { createStatisticsRecorder } from './statistics-recorder.ts';

const golden = readGolden('layers.json');
const random = createRandom(0);
const evaluation = { training: false };

describe.each(['wasm', 'cpu'] as const)('layers on %s, against PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each([
    'conv3x3_s1_p1',
    'conv3x3_s2_p1_even',
    'conv3x3_s2_p1_odd',
    'conv1x1_s1',
    'conv1x1_s2_even',
    'conv1x1_s2_odd',
    'conv7x7_s2_p3',
  ])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const [, , inChannels, outChannels] = shapeOf(reference, 'kernel') as readonly [
        number,
        number,
        number,
        number,
      ];
      const layer = createConvolution({
        inChannels,
        outChannels,
        kernelSize: numberOf(reference, 'kernel'),
        stride: numberOf(reference, 'stride'),
        padding: numberOf(reference, 'padding'),
        random,
        initializer: kaimingNormalFanOut,
      });
      const weight = layer.parameters.get('weight')?.variable as tf.Variable;
      weight.assign(goldenTensor(reference.inputs, 'kernel'));
      const x = goldenTensor<tf.Tensor4D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      const bias = 'bias' in reference.inputs ? goldenTensor(reference.inputs, 'bias') : tf.scalar(0);

      expectGolden(tf.add(layer.forward(x, evaluation), bias), reference, 'y');
      const gradients = gradientsOf(x, layer.parameters, (input) =>
        tf.sum(tf.mul(layer.forward(input, evaluation), dout)),
      );
      expectGolden(gradients.get('x') as tf.Tensor, reference, 'grad_x');
      expectGolden(gradients.get('weight') as tf.Tensor, reference, 'grad_kernel');
      weight.dispose();
    });
  });

  it.each(['maxpool3x3_s2_p1_even', 'maxpool3x3_s2_p1_odd'])('%s, as the stem pools', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const x = goldenTensor<tf.Tensor4D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      const pool = (input: tf.Tensor): tf.Tensor4D =>
        tf.maxPool(
          input as tf.Tensor4D,
          numberOf(reference, 'kernel'),
          numberOf(reference, 'stride'),
          numberOf(reference, 'padding'),
        );
      expectGolden(pool(x), reference, 'y');
      expectGolden(tf.grad((input) => tf.sum(tf.mul(pool(input), dout)))(x), reference, 'grad_x');
    });
  });

  it('global_avg_pool, as the backbones end', () => {
    tf.tidy(() => {
      const reference = golden('global_avg_pool');
      const x = goldenTensor<tf.Tensor4D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(globalAveragePool(x), reference, 'y');
      const gradient = tf.grad((input) => tf.sum(tf.mul(globalAveragePool(input as tf.Tensor4D), dout)));
      expectGolden(gradient(x), reference, 'grad_x');
    });
  });

  it('leaky_relu, as projection heads activate', () => {
    tf.tidy(() => {
      const reference = golden('leaky_relu');
      const slope = numberOf(reference, 'slope');
      const x = goldenTensor(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(tf.leakyRelu(x, slope), reference, 'y');
      const gradient = tf.grad((input) => tf.sum(tf.mul(tf.leakyRelu(input, slope), dout)));
      expectGolden(gradient(x), reference, 'grad_x');
    });
  });

  it.each(['batchnorm2d_train_2steps_eval', 'batchnorm1d_train_2steps_eval'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const { inputs } = reference;
      const norm = createBatchNorm({
        channels: shapeOf(reference, 'gamma')[0] as number,
        momentum: numberOf(reference, 'momentum'),
        epsilon: numberOf(reference, 'eps'),
      });
      norm.parameters.get('weight')?.variable.assign(goldenTensor(inputs, 'gamma'));
      norm.parameters.get('bias')?.variable.assign(goldenTensor(inputs, 'beta'));
      const sums = new Map<string, tf.Tensor>();

      for (const step of [0, 1]) {
        const recorder = createStatisticsRecorder();
        const x = goldenTensor(inputs, `x${step}`);
        const dout = goldenTensor(inputs, `dout${step}`);
        const gradients = gradientsOf(x, norm.parameters, (input) => {
          const y = norm.forward(input, recorder.context);
          expectGolden(y, reference, `y${step}`);
          return tf.sum(tf.mul(y, dout));
        });
        recorder.commit();
        expectGolden(runningOf(norm, 'running_mean'), reference, `running_mean${step}`);
        expectGolden(runningOf(norm, 'running_var'), reference, `running_var${step}`);
        expectGolden(gradients.get('x') as tf.Tensor, reference, `grad_x${step}`);
        for (const parameter of ['weight', 'bias']) {
          const gradient = gradients.get(parameter) as tf.Tensor;
          const sum = sums.get(parameter);
          sums.set(parameter, sum === undefined ? gradient : tf.add(sum, gradient));
        }
      }

      expectGolden(sums.get('weight') as tf.Tensor, reference, 'grad_gamma');
      expectGolden(sums.get('bias') as tf.Tensor, reference, 'grad_beta');
      expectGolden(norm.forward(goldenTensor(inputs, 'x0'), evaluation), reference, 'y_eval_x0');
    });
  });

  it.each(['basic_block_identity', 'basic_block_downsample'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const { inputs } = reference;
      const [, , inChannels, width] = shapeOf(reference, 'conv1.weight') as readonly [
        number,
        number,
        number,
        number,
      ];
      const stride = numberOf(reference, 'stride');
      const block = basicBlock.create({
        inChannels,
        width,
        stride,
        random,
        initializer: kaimingNormalFanOut,
      });
      fillFromGolden(block.parameters, inputs);
      fillFromGolden(block.buffers, inputs);
      const x = goldenTensor<tf.Tensor4D>(inputs, 'x');
      const dout = goldenTensor(inputs, 'dout');
      expectGolden(block.forward(x, evaluation), reference, 'y_eval');

      const recorder = createStatisticsRecorder();
      const gradients = gradientsOf(x, block.parameters, (input) => {
        const y = block.forward(input, recorder.context);
        expectGolden(y, reference, 'y_train');
        return tf.sum(tf.mul(y, dout));
      });
      recorder.commit();
      for (const [parameter, gradient] of gradients) {
        expectGolden(gradient, reference, `grad_${parameter}`, { floor: 5e-6 });
      }
      const buffers = Object.keys(reference.outputs).filter((key) => key.endsWith('_after'));
      expect(buffers).not.toHaveLength(0);
      for (const buffer of buffers) {
        expectGolden(runningOf(block, buffer.replace('_after', '')), reference, buffer);
      }
    });
  });

  it('linear', () => {
    tf.tidy(() => {
      const reference = golden('linear');
      const [outDim, inDim] = shapeOf(reference, 'weight') as readonly [number, number];
      const layer = createLinear({ inDim, outDim, random });
      fillFromGolden(layer.parameters, reference.inputs);
      const x = goldenTensor<tf.Tensor2D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(layer.forward(x, evaluation), reference, 'y');
      const gradients = gradientsOf(x, layer.parameters, (input) =>
        tf.sum(tf.mul(layer.forward(input, evaluation), dout)),
      );
      for (const [name, gradient] of gradients) expectGolden(gradient, reference, `grad_${name}`);
    });
  });

  it.each(['l2_normalize', 'l2_normalize_eps1e-7_zero_row'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const epsilon = numberOf(reference, 'eps');
      const x = goldenTensor<tf.Tensor2D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(l2Normalize(x, epsilon), reference, 'y');
      const gradient = tf.grad((input) => tf.sum(tf.mul(l2Normalize(input as tf.Tensor2D, epsilon), dout)));
      expectGolden(gradient(x), reference, 'grad_x');
    });
  });
});

describe('layers', () => {
  it('refuses to train a batch norm on one value per channel', () => {
    const norm = createBatchNorm({ channels: 4 });
    expect(() => norm.forward(tf.zeros([1, 1, 1, 4]), { training: true })).toThrow(
      'batch norm: needs more than one value per channel to train on, got [1,1,1,4]; use a larger batch or larger images',
    );
  });

  it('frees recorded statistics, committed or discarded', () => {
    const norm = createBatchNorm({ channels: 2 });
    const before = tf.memory().numTensors;
    for (const end of ['commit', 'discard'] as const) {
      const recorder = createStatisticsRecorder();
      tf.tidy(() => {
        norm.forward(tf.tensor2d([1, 2, 3, 4], [2, 2]), recorder.context);
      });
      expect(tf.memory().numTensors).toBe(before + 2);
      recorder[end]();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect((norm.buffers.get('num_batches_tracked') as { data: BigInt64Array }).data[0]).toBe(1n);
  });

  it('starts from values that depend on the stream and the name only', () => {
    const options = { inDim: 3, outDim: 2, random: createRandom(1) };
    const [a, b] = [createLinear(options), createLinear(options)];
    const values = (layer: typeof a): number[] => [
      ...(layer.parameters.get('weight')?.variable.dataSync() ?? []),
    ];
    expect(values(a)).toHaveLength(6);
    expect(values(a)).toEqual(values(b));
    expect(Math.max(...values(a).map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(3));
    expect([...treesOf({ first: a, second: b }).parameters.keys()]).toEqual([
      'first.weight',
      'first.bias',
      'second.weight',
      'second.bias',
    ]);
  });
});

function runningOf(module: Pick<Module, 'buffers'>, name: string): tf.Variable {
  return (module.buffers.get(name) as Parameter).variable;
}
