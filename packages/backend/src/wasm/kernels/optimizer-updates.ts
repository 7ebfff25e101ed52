import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  SslAdamUpdate,
  SslMomentumUpdate,
  type AdamUpdateAttrs,
  type MomentumUpdateAttrs,
} from '../../kernel-names.ts';
import { addressOf } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** An update of SGD in one trip through memory. */
export const momentumUpdate = wasmKernel<
  { parameter: tf.TensorInfo; gradient: tf.TensorInfo; velocity?: tf.TensorInfo },
  MomentumUpdateAttrs
>(SslMomentumUpdate, ({ inputs: { parameter, gradient, velocity }, attrs, backend, runner }) => {
  const next = outputLike(backend, parameter);
  const nextVelocity = velocity && outputLike(backend, velocity);
  const size = tf.util.sizeFromShape(parameter.shape);
  runner.run('momentumUpdate', size, chunksOf(size), {
    parameter: addressOf(backend, parameter),
    gradient: addressOf(backend, gradient),
    velocity: velocity ? addressOf(backend, velocity) : 0,
    nextParameter: addressOf(backend, next),
    nextVelocity: nextVelocity ? addressOf(backend, nextVelocity) : 0,
    rate: attrs.learningRate,
    momentum: attrs.momentum,
    decay: attrs.weightDecay,
    nesterov: attrs.nesterov,
  });
  return nextVelocity ? [next, nextVelocity] : [next];
});

/** An update of Adam or AdamW in one trip through memory. */
export const adamUpdate = wasmKernel<
  { parameter: tf.TensorInfo; gradient: tf.TensorInfo; mean: tf.TensorInfo; square: tf.TensorInfo },
  AdamUpdateAttrs
>(SslAdamUpdate, ({ inputs: { parameter, gradient, mean, square }, attrs, backend, runner }) => {
  const { beta1, beta2, epsilon, weightDecay, decoupled, learningRate, step } = attrs;
  const next = outputLike(backend, parameter);
  const nextMean = outputLike(backend, mean);
  const nextSquare = outputLike(backend, square);
  const size = tf.util.sizeFromShape(parameter.shape);
  runner.run('adamUpdate', size, chunksOf(size), {
    parameter: addressOf(backend, parameter),
    gradient: addressOf(backend, gradient),
    mean: addressOf(backend, mean),
    square: addressOf(backend, square),
    nextParameter: addressOf(backend, next),
    nextMean: addressOf(backend, nextMean),
    nextSquare: addressOf(backend, nextSquare),
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    rate: learningRate / (1 - beta1 ** step),
    scale: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
    decay: decoupled ? 0 : weightDecay,
    keep: decoupled ? 1 - learningRate * weightDecay : 1,
  });
  return [next, nextMean, nextSquare];
});

function outputLike(backend: BackendWasm, { shape }: tf.TensorInfo): tf.TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

function chunksOf(size: number): number {
  return Math.max(1, Math.min(16, Math.floor(size / 16_384)));
}
