import * as tf from '@tensorflow/tfjs-core';
import { wasmKernel } from './wasm-kernel.ts';

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Gradient of max pooling: each window's gradient goes to its first largest value. tfjs's own is wrong where the
 * padding is given as a number.
 */
export const maxPoolGrad = wasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, PoolAttrs>(
  tf.MaxPoolGrad,
  ({ inputs: { dy, input }, attrs, backend }) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const result = backend.makeOutput(shape, 'float32');
    const dx = backend.typedArrayFromHeap(result).fill(0);
    const x = backend.typedArrayFromHeap(input);
    const upstream = backend.typedArrayFromHeap(dy);
    const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels: channels } = info;
    let place = 0;
    for (let n = 0; n < batchSize; n += 1) {
      for (let oy = 0; oy < outHeight; oy += 1) {
        const top = oy * info.strideHeight - info.padInfo.top;
        for (let ox = 0; ox < outWidth; ox += 1) {
          const left = ox * info.strideWidth - info.padInfo.left;
          for (let channel = 0; channel < channels; channel += 1, place += 1) {
            let largest = Number.NEGATIVE_INFINITY;
            let winner = -1;
            for (let iy = Math.max(0, top); iy < Math.min(inHeight, top + info.filterHeight); iy += 1) {
              for (let ix = Math.max(0, left); ix < Math.min(inWidth, left + info.filterWidth); ix += 1) {
                const at = ((n * inHeight + iy) * inWidth + ix) * channels + channel;
                const value = x[at] ?? 0;
                if (value > largest || winner < 0) {
                  largest = value;
                  winner = at;
                }
              }
            }
            if (winner >= 0) dx[winner] = (dx[winner] ?? 0) + (upstream[place] ?? 0);
          }
        }
      }
    }
    return result;
  },
);
