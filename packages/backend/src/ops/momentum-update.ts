import * as tf from '@tensorflow/tfjs-core';
import { SslMomentumUpdate, type MomentumUpdateAttrs } from '../kernel-names.ts';
import { checkSameShapes } from './check-same-shapes.ts';
import { runKernel } from './run-kernel.ts';

/** The values after an update. */
export interface MomentumUpdateResult {
  readonly parameter: tf.Tensor;
  /** Absent without momentum. */
  readonly velocity?: tf.Tensor;
}

/**
 * `torch.optim.SGD`'s update of one parameter, without dampening: d = gradient + weightDecay · parameter,
 * v ← momentum · v + d, parameter ← parameter − learningRate · v; with Nesterov
 * parameter ← parameter − learningRate · (d + momentum · v). Nothing is assigned, and it has no gradient.
 *
 * @param velocity v; `undefined`: without momentum
 * @throws Error where shapes differ
 */
export function momentumUpdate(
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  velocity: tf.Tensor | undefined,
  attrs: MomentumUpdateAttrs,
): MomentumUpdateResult {
  const inputs = { parameter, gradient, ...(velocity && { velocity }) };
  checkSameShapes('momentumUpdate', inputs);
  const [next, nextVelocity] = runKernel(SslMomentumUpdate, inputs, attrs, composed);
  return { parameter: next as tf.Tensor, ...(nextVelocity && { velocity: nextVelocity }) };
}

function composed(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { parameter, gradient, velocity } = inputs as Record<'parameter' | 'gradient', tf.Tensor> &
    Partial<Record<'velocity', tf.Tensor>>;
  const { learningRate, momentum, nesterov, weightDecay } = attrs as unknown as MomentumUpdateAttrs;
  const direction = weightDecay > 0 ? tf.add(gradient, tf.mul(parameter, weightDecay)) : gradient;
  const next = velocity && tf.add(tf.mul(velocity, momentum), direction);
  const look = next && nesterov ? tf.add(direction, tf.mul(next, momentum)) : next;
  const moved = tf.sub(parameter, tf.mul(look ?? direction, learningRate));
  return next ? [moved, next] : [moved];
}
