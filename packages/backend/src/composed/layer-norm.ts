import * as tf from '@tensorflow/tfjs-core';
import type { LayerNormAttrs } from '../kernel-names.ts';

/** `SslLayerNorm` by stock ops. */
export function composedLayerNorm(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.Tensor>;
  const { epsilon } = attrs as unknown as LayerNormAttrs;
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return [tf.add(tf.mul(tf.mul(centred, inverse), scale), offset), mean, inverse];
}

/** `SslLayerNormGrad` by stock ops. */
export function composedLayerNormGrad(inputs: tf.NamedTensorMap): tf.Tensor[] {
  const { dy, x, scale, mean, inverse } = inputs as Record<
    'dy' | 'x' | 'scale' | 'mean' | 'inverse',
    tf.Tensor
  >;
  const rows = x.shape.slice(0, -1).map((_, axis) => axis);
  const standardised = tf.mul(tf.sub(x, mean), inverse);
  const upstream = tf.mul(dy, scale);
  const shift = tf.mean(upstream, -1, true);
  const tilt = tf.mean(tf.mul(upstream, standardised), -1, true);
  const dx = tf.mul(inverse, tf.sub(tf.sub(upstream, shift), tf.mul(standardised, tilt)));
  const products = tf.mul(dy, standardised);
  return [dx, sumOver(products, rows), sumOver(dy, rows)];
}

/** `tf.sum` takes no axes for all of them. */
function sumOver(x: tf.Tensor, axes: number[]): tf.Tensor {
  return axes.length === 0 ? tf.clone(x) : tf.sum(x, axes);
}
