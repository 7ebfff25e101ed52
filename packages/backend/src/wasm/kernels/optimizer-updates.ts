import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  SslAdamUpdate,
  SslMomentumUpdate,
  type AdamUpdateAttrs,
  type MomentumUpdateAttrs,
} from '../../kernel-names.ts';
import { addressOf, floatBits } from '../kernel-runner.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** An update of SGD in one trip through memory. */
export const momentumUpdate = wasmKernel<
  { parameter: tf.TensorInfo; gradient: tf.TensorInfo; velocity?: tf.TensorInfo },
  MomentumUpdateAttrs
>(SslMomentumUpdate, ({ inputs: { parameter, gradient, velocity }, attrs, backend, runner }) => {
  const next = outputLike(backend, parameter);
  const nextVelocity = velocity && outputLike(backend, velocity);
  const size = tf.util.sizeFromShape(parameter.shape);
  runner.run('momentumUpdate', size, chunksOf(size), [
    addressOf(backend, parameter),
    addressOf(backend, gradient),
    velocity ? addressOf(backend, velocity) : 0,
    addressOf(backend, next),
    nextVelocity ? addressOf(backend, nextVelocity) : 0,
    ...[attrs.learningRate, attrs.momentum, attrs.weightDecay].map(floatBits),
    attrs.nesterov ? 1 : 0,
  ]);
  return nextVelocity ? [next, nextVelocity] : [next];
});

/** An update of Adam or AdamW in one trip through memory. */
export const adamUpdate = wasmKernel<
  { parameter: tf.TensorInfo; gradient: tf.TensorInfo; mean: tf.TensorInfo; square: tf.TensorInfo },
  AdamUpdateAttrs
>(SslAdamUpdate, ({ inputs: { parameter, gradient, mean, square }, attrs, backend, runner }) => {
  const { beta1, beta2, epsilon, weightDecay, decoupled, learningRate, step } = attrs;
  const outputs = [parameter, mean, square].map((tensor) => outputLike(backend, tensor));
  const size = tf.util.sizeFromShape(parameter.shape);
  runner.run('adamUpdate', size, chunksOf(size), [
    ...[parameter, gradient, mean, square, ...outputs].map((tensor) => addressOf(backend, tensor)),
    ...[beta1, 1 - beta1, beta2, 1 - beta2].map(floatBits),
    ...[learningRate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step), epsilon].map(floatBits),
    ...[decoupled ? 0 : weightDecay, decoupled ? 1 - learningRate * weightDecay : 1].map(floatBits),
  ]);
  return outputs;
});

function outputLike(backend: BackendWasm, { shape }: tf.TensorInfo): tf.TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

function chunksOf(size: number): number {
  return Math.max(1, Math.min(16, Math.floor(size / 16_384)));
}
