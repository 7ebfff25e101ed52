import * as tf from '@tensorflow/tfjs-core';
import { attribute, type NativeBackend } from '../native-backend.ts';
import { nativeKernel, type KernelInputs } from './native-kernel.ts';

// tfjs-node's own versions of these use chained ops (x.toInt()), which only the union package `@tensorflow/tfjs`
// registers.

/** e to the power of `x`; an int32 `x` is cast. */
export const exp = nativeKernel<KernelInputs<'x'>, object>(tf.Exp, (backend, { x }) =>
  tf.tidy(() => {
    const float = x.dtype === 'float32' ? x : tf.cast(x, 'float32');
    return backend.executeSingleOutput('Exp', [attribute.type(backend, 'T', 'float32')], [float]);
  }),
);

/** `x` where positive, else `alpha · x`. */
export const prelu = nativeKernel<KernelInputs<'x' | 'alpha'>, object>(tf.Prelu, (_backend, { x, alpha }) =>
  tf.tidy(() => tf.add(tf.relu(x), tf.mul(alpha, tf.minimum(x, 0)))),
);

/** Index of the largest value along an axis, as int32. */
export const argMax = nativeKernel<KernelInputs<'x'>, tf.ArgMaxAttrs>(tf.ArgMax, (backend, { x }, { axis }) =>
  argExtreme(backend, 'ArgMax', x, axis),
);

/** Index of the smallest value along an axis, as int32. */
export const argMin = nativeKernel<KernelInputs<'x'>, tf.ArgMinAttrs>(tf.ArgMin, (backend, { x }, { axis }) =>
  argExtreme(backend, 'ArgMin', x, axis),
);

function argExtreme(backend: NativeBackend, op: 'ArgMax' | 'ArgMin', x: tf.Tensor, axis: number): tf.Tensor {
  return tf.tidy(() => {
    const values = x.dtype === 'bool' ? tf.cast(x, 'int32') : x;
    const attributes = [
      attribute.type(backend, 'T', values.dtype),
      attribute.type(backend, 'Tidx', 'int32'),
      attribute.type(backend, 'output_type', 'int32'),
    ];
    return backend.executeSingleOutput(op, attributes, [values, tf.scalar(axis, 'int32')]);
  });
}
