import * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** `MaxPoolGrad` of [batch, height, width, channels]. */
export interface MaxPoolGradAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * `MaxPoolGrad`: of equal numbers the first of a window gets the gradient, as on the other backends; tfjs's own
 * gives it to the last, and loses it where one is infinite.
 */
export function maxPoolGrad(
  backend: WebgpuBackend,
  { dy, input }: Readonly<Record<'dy' | 'input', tf.TensorInfo>>,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
): tf.TensorInfo {
  const shape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const integers = {
    channels: info.inChannels,
    height: info.inHeight,
    width: info.inWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
  const places = runProgram(backend, {
    key: 'maxPoolPlaces',
    inputs: { x: input },
    outputShape: info.outShape,
    integers,
    code: `
      let channel = index % uniforms.channels;
      let outColumn = index / uniforms.channels % uniforms.outWidth;
      let outRow = index / uniforms.channels / uniforms.outWidth % uniforms.outHeight;
      let batch = index / uniforms.channels / uniforms.outWidth / uniforms.outHeight;
      var largest = -uniforms.INFINITY;
      var place = 0;
      for (var i = 0; i < uniforms.filterHeight; i++) {
        let row = outRow * uniforms.strideHeight - uniforms.top + i;
        if (row < 0 || row >= uniforms.height) { continue; }
        for (var j = 0; j < uniforms.filterWidth; j++) {
          let column = outColumn * uniforms.strideWidth - uniforms.left + j;
          if (column < 0 || column >= uniforms.width) { continue; }
          let value = x[((batch * uniforms.height + row) * uniforms.width + column) * uniforms.channels + channel];
          if (!isnan(value) && value > largest) {
            largest = value;
            place = i * uniforms.filterWidth + j;
          }
        }
      }
      result[index] = f32(place);`,
  });
  const dx = runProgram(backend, {
    key: 'maxPoolGrad',
    inputs: { dy, places },
    outputShape: shape,
    integers,
    code: `
      let channel = index % uniforms.channels;
      let column = index / uniforms.channels % uniforms.width;
      let row = index / uniforms.channels / uniforms.width % uniforms.height;
      let batch = index / uniforms.channels / uniforms.width / uniforms.height;
      var sum = 0.0;
      for (var i = 0; i < uniforms.filterHeight; i++) {
        let down = row + uniforms.top - i;
        let outRow = down / uniforms.strideHeight;
        if (down < 0 || down % uniforms.strideHeight != 0 || outRow >= uniforms.outHeight) { continue; }
        for (var j = 0; j < uniforms.filterWidth; j++) {
          let right = column + uniforms.left - j;
          let outColumn = right / uniforms.strideWidth;
          if (right < 0 || right % uniforms.strideWidth != 0 || outColumn >= uniforms.outWidth) { continue; }
          let at = ((batch * uniforms.outHeight + outRow) * uniforms.outWidth + outColumn) * uniforms.channels + channel;
          if (i32(places[at]) == i * uniforms.filterWidth + j) { sum += dy[at]; }
        }
      }
      result[index] = sum;`,
  });
  backend.disposeData(places.dataId);
  return dx;
}
