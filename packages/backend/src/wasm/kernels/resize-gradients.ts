import * as tf from '@tensorflow/tfjs-core';
import { wasmKernel } from './wasm-kernel.ts';

interface ResizeInputs {
  readonly images: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}

// tfjs's own, shared with its backend in plain JavaScript, confuse height and width.

/** Gradient of bilinear resizing, by weights of the four pixels that each one of the result was mixed from. */
export const resizeBilinearGrad = wasmKernel<ResizeInputs, tf.ResizeBilinearGradAttrs>(
  tf.ResizeBilinearGrad,
  ({ inputs: { images, dy }, attrs: { alignCorners }, backend }) => {
    const result = backend.makeOutput(images.shape, 'float32');
    const dx = backend.typedArrayFromHeap(result).fill(0);
    forEachPixel(images.shape, dy.shape, alignCorners, (at, { channels, pixelAt, y, x }) => {
      const upstream = backend.typedArrayFromHeap(dy).subarray(at, at + channels);
      for (const [row, rowShare] of shares(y)) {
        for (const [column, columnShare] of shares(x)) {
          addScaled(dx, pixelAt(row, column), upstream, rowShare * columnShare);
        }
      }
    });
    return result;
  },
);

/** Gradient of resizing to the nearest pixel. */
export const resizeNearestNeighborGrad = wasmKernel<ResizeInputs, tf.ResizeNearestNeighborGradAttrs>(
  tf.ResizeNearestNeighborGrad,
  ({ inputs: { images, dy }, attrs: { alignCorners }, backend }) => {
    const result = backend.makeOutput(images.shape, 'float32');
    const dx = backend.typedArrayFromHeap(result).fill(0);
    const [, height = 0, width = 0] = images.shape;
    forEachPixel(images.shape, dy.shape, alignCorners, (at, { channels, pixelAt, y, x }) => {
      const pick = alignCorners ? Math.round : Math.floor;
      const place = pixelAt(Math.min(height - 1, pick(y)), Math.min(width - 1, pick(x)));
      addScaled(dx, place, backend.typedArrayFromHeap(dy).subarray(at, at + channels), 1);
    });
    return result;
  },
);

/** Where a pixel of the result comes from. */
interface Source {
  readonly channels: number;
  /** Place in the original, in pixels. */
  readonly y: number;
  readonly x: number;
  /** Where a pixel of the original begins, in the image that the pixel belongs to. */
  readonly pixelAt: (row: number, column: number) => number;
}

/** @param visit called with where each pixel of the result begins */
function forEachPixel(
  original: readonly number[],
  resized: readonly number[],
  alignCorners: boolean,
  visit: (at: number, source: Source) => void,
): void {
  const [images = 0, height = 0, width = 0, channels = 0] = original;
  const [, outHeight = 0, outWidth = 0] = resized;
  const stepOf = (from: number, to: number): number =>
    alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const [down, across] = [stepOf(height, outHeight), stepOf(width, outWidth)];
  let at = 0;
  for (let image = 0; image < images; image += 1) {
    const pixelAt = (row: number, column: number): number =>
      ((image * height + row) * width + column) * channels;
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1, at += channels) {
        const [y, x] = [Math.min(height - 1, row * down), Math.min(width - 1, column * across)];
        visit(at, { channels, y, x, pixelAt });
      }
    }
  }
}

/** The two neighbours that a place lies between, and what each gives. */
function shares(place: number): readonly (readonly [number, number])[] {
  const low = Math.floor(place);
  const share = place - low;
  return share === 0
    ? [[low, 1]]
    : [
        [low, 1 - share],
        [low + 1, share],
      ];
}

function addScaled(target: tf.TypedArray, at: number, values: tf.TypedArray, scale: number): void {
  values.forEach((value, channel) => {
    target[at + channel] = (target[at + channel] ?? 0) + scale * value;
  });
}
