import type { Random } from '@ssl/random';
import type * as tf from '@tensorflow/tfjs-core';
import { createBatchNorm } from './batch-norm.ts';
import { createConvolution, type ConvolutionOptions } from './convolution.ts';
import type { Initializer } from './initializers.ts';
import type { Module } from './module.ts';
import { treesOf } from './parameter-tree.ts';

/** What a residual block is made of. */
export interface ResidualBlockOptions {
  readonly inChannels: number;
  /** Channels of the 3×3 convolutions; a bottleneck puts out four times as many. */
  readonly width: number;
  readonly stride: number;
  readonly random: Random;
  readonly initializer: Initializer;
}

/** A residual block and how it widens: `outChannels = expansion × width`. */
export interface ResidualBlockKind {
  readonly expansion: number;
  create(options: ResidualBlockOptions): Module<tf.Tensor4D, tf.Tensor4D>;
}

/** Two 3×3 convolutions (He et al., 2016, figure 5 left); torchvision's `BasicBlock`. */
export const basicBlock: ResidualBlockKind = {
  expansion: 1,
  create(options) {
    const { inChannels, width, stride } = options;
    const conv1 = convolution(options, 'conv1', { inChannels, outChannels: width, kernelSize: 3, stride });
    const bn1 = createBatchNorm({ channels: width });
    const conv2 = convolution(options, 'conv2', { inChannels: width, outChannels: width, kernelSize: 3 });
    const bn2 = createBatchNorm({ channels: width });
    const shortcut = createShortcut(options, width);
    return {
      ...treesOf({ conv1, bn1, conv2, bn2, ...(shortcut && { downsample: shortcut }) }),
      forward(x, context) {
        const inner = bn1.forward(conv1.forward(x, context), context, { activation: 'relu' });
        const residual = shortcut ? shortcut.forward(x, context) : x;
        return bn2.forward(conv2.forward(inner, context), context, { residual, activation: 'relu' });
      },
    };
  },
};

/**
 * 1×1, 3×3 and 1×1 convolutions (He et al., 2016, figure 5 right) with the stride in the 3×3, where the paper
 * has it in the first: torchvision's `Bottleneck` ("ResNet v1.5").
 */
export const bottleneckBlock: ResidualBlockKind = {
  expansion: 4,
  create(options) {
    const { inChannels, width, stride } = options;
    const outChannels = 4 * width;
    const conv1 = convolution(options, 'conv1', { inChannels, outChannels: width, kernelSize: 1 });
    const bn1 = createBatchNorm({ channels: width });
    const conv2 = convolution(options, 'conv2', {
      inChannels: width,
      outChannels: width,
      kernelSize: 3,
      stride,
    });
    const bn2 = createBatchNorm({ channels: width });
    const conv3 = convolution(options, 'conv3', { inChannels: width, outChannels, kernelSize: 1 });
    const bn3 = createBatchNorm({ channels: outChannels });
    const shortcut = createShortcut(options, outChannels);
    return {
      ...treesOf({ conv1, bn1, conv2, bn2, conv3, bn3, ...(shortcut && { downsample: shortcut }) }),
      forward(x, context) {
        const narrow = bn1.forward(conv1.forward(x, context), context, { activation: 'relu' });
        const inner = bn2.forward(conv2.forward(narrow, context), context, { activation: 'relu' });
        const residual = shortcut ? shortcut.forward(x, context) : x;
        return bn3.forward(conv3.forward(inner, context), context, { residual, activation: 'relu' });
      },
    };
  },
};

/** A strided 1×1 convolution and batch norm where the block changes the shape, else nothing. */
function createShortcut(
  options: ResidualBlockOptions,
  outChannels: number,
): Module<tf.Tensor4D, tf.Tensor4D> | undefined {
  const { inChannels, stride } = options;
  if (stride === 1 && inChannels === outChannels) return undefined;
  const projection = convolution(options, 'downsample.0', { inChannels, outChannels, kernelSize: 1, stride });
  const norm = createBatchNorm({ channels: outChannels });
  return {
    ...treesOf({ '0': projection, '1': norm }),
    forward: (x, context) => norm.forward(projection.forward(x, context), context),
  };
}

/** A convolution padded so that stride 1 keeps the size, its start drawn from a stream of its own. */
function convolution(
  { random, initializer }: ResidualBlockOptions,
  name: string,
  shape: Pick<ConvolutionOptions, 'inChannels' | 'outChannels' | 'kernelSize' | 'stride'>,
): Module<tf.Tensor4D, tf.Tensor4D> {
  const padding = (shape.kernelSize - 1) / 2;
  return createConvolution({ ...shape, padding, random: random.split(name), initializer });
}
