import * as tf from '@tensorflow/tfjs-core';
import { runProgram, type WebgpuBackend } from './run-program.ts';

/** Attributes of the gradients of pooling of [batch, height, width, channels]. */
export interface PoolGradAttrs {
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
  attrs: PoolGradAttrs,
): tf.TensorInfo {
  const { info, integers } = windowsOf(input, attrs);
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
    outputShape: input.shape,
    integers,
    code: addFromWindows(`
          if (i32(places[at]) == i * uniforms.filterWidth + j) { sum += dy[at]; }`),
  });
  backend.disposeData(places.dataId);
  return dx;
}

/**
 * `AvgPoolGrad`: each window gives its gradient in equal parts to the pixels that its mean counted, which are not those
 * of the padding; tfjs's own divides by the size of the whole window.
 */
export function avgPoolGrad(
  backend: WebgpuBackend,
  { dy, input }: Readonly<Record<'dy' | 'input', tf.TensorInfo>>,
  attrs: PoolGradAttrs,
): tf.TensorInfo {
  return runProgram(backend, {
    key: 'avgPoolGrad',
    inputs: { dy },
    outputShape: input.shape,
    integers: windowsOf(input, attrs).integers,
    code: addFromWindows(`
          let firstRow = outRow * uniforms.strideHeight - uniforms.top;
          let firstColumn = outColumn * uniforms.strideWidth - uniforms.left;
          let rows = min(firstRow + uniforms.filterHeight, uniforms.height) - max(firstRow, 0);
          let columns = min(firstColumn + uniforms.filterWidth, uniforms.width) - max(firstColumn, 0);
          sum += dy[at] / f32(rows * columns);`),
  });
}

/** Where the windows of a pooling lie, for programs. */
function windowsOf(
  input: tf.TensorInfo,
  { filterSize, strides, pad, dimRoundingMode }: PoolGradAttrs,
): { readonly info: tf.backend_util.Conv2DInfo; readonly integers: Readonly<Record<string, number>> } {
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
  return { info, integers };
}

/**
 * WGSL of a sum over the windows that a pixel lies in.
 *
 * @param add adds the part of the window at `[batch, outRow, outColumn]`, in which the pixel is `[i, j]`, to `sum`; `at`
 * is the place of its result
 */
function addFromWindows(add: string): string {
  return `
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
${add}
        }
      }
      result[index] = sum;`;
}
