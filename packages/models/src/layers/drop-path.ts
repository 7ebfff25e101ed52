import * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext } from '../module.ts';

/**
 * Stochastic depth (Huang et al., 2016): in training, sets all values of a sample to 0 with probability `rate`, and
 * divides those of the others by `1 − rate`, as timm's `drop_path`. The draw for a sample depends on
 * `context.random` and the sample's place only.
 *
 * @param x `[batch, …]`, the branch that is added to the shortcut
 * @param rate [0, 1)
 * @throws Error in training if `rate` is above 0 and the context has no `random`
 */
export function dropPath<T extends tf.Tensor>(
  x: T,
  rate: number,
  { training, random, placeOf }: ForwardContext,
): T {
  if (!training || rate === 0) return x;
  if (random === undefined) {
    throw new Error('dropPath: needs a source of chance in training; set random in the forward context');
  }
  const batch = x.shape[0] as number;
  const factors = Float32Array.from({ length: batch }, (_, row) =>
    random.split(placeOf?.(row) ?? row).bernoulli(rate) ? 0 : 1 / (1 - rate),
  );
  return tf.mul(x, tf.tensor(factors, [batch, ...x.shape.slice(1).map(() => 1)]));
}

/** The context for a layer of that name: the same, with a source of chance of the layer's own. */
export function contextOf(context: ForwardContext, layer: string): ForwardContext {
  return context.random ? { ...context, random: context.random.split(layer) } : context;
}
