import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers.ts';
import type { Module } from './module.ts';
import { createParameter } from './parameter-tree.ts';

/** What a convolution is made of. */
export interface ConvolutionOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Side of the square kernel, in pixels. */
  readonly kernelSize: number;
  readonly stride?: number;
  /** Zeros on every side, as PyTorch's `padding`; TensorFlow's `same` differs from it at stride 2. Default 0. */
  readonly padding?: number;
  readonly random: Random;
  readonly initializer: Initializer;
}

/** A 2-D convolution without bias: `[batch, h, w, inChannels]` → `[batch, h', w', outChannels]`. */
export function createConvolution(options: ConvolutionOptions): Module<tf.Tensor4D, tf.Tensor4D> {
  const { inChannels, outChannels, kernelSize, stride = 1, padding = 0, random, initializer } = options;
  const area = kernelSize * kernelSize;
  const values = initializer(random, area * inChannels * outChannels, {
    fanIn: area * inChannels,
    fanOut: area * outChannels,
  });
  const weight = createParameter(values, [kernelSize, kernelSize, inChannels, outChannels], 'convolution');
  return {
    parameters: new Map([['weight', weight]]),
    buffers: new Map(),
    forward: (x) => tf.conv2d(x, weight.variable as unknown as tf.Tensor4D, stride, padding),
  };
}
