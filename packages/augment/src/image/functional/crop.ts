import type { Box, FloatImage, RawImage } from '../image.ts';
import { createImage } from '../image.ts';

/**
 * Cuts a box out of an image; where the box reaches beyond the image, the result is 0 there. Bytes become
 * float32 in [0, 1] on the way, so that of a large picture only what is kept is converted.
 *
 * Source: torchvision.transforms.v2.functional.crop.
 */
export function crop(image: RawImage | FloatImage, box: Box): FloatImage {
  const { channels, data: source } = image;
  const result = createImage(box.height, box.width, channels);
  const firstRow = Math.max(0, -box.top);
  const endRow = Math.min(box.height, image.height - box.top);
  const firstColumn = Math.max(0, -box.left);
  const samples = (Math.min(box.width, image.width - box.left) - firstColumn) * channels;
  if (samples <= 0) return result;
  for (let row = firstRow; row < endRow; row++) {
    const from = ((row + box.top) * image.width + firstColumn + box.left) * channels;
    const to = (row * box.width + firstColumn) * channels;
    if (source instanceof Float32Array) copySamples(source, from, result.data, to, samples);
    else convertSamples(source, from, result.data, to, samples);
  }
  return result;
}

// Two loops rather than one, so that each sees one kind of array and stays fast.
function copySamples(source: Float32Array, from: number, target: Float32Array, to: number, count: number) {
  for (let i = 0; i < count; i++) target[to + i] = source[from + i] as number;
}

function convertSamples(source: Uint8Array, from: number, target: Float32Array, to: number, count: number) {
  for (let i = 0; i < count; i++) target[to + i] = (source[from + i] as number) / 255;
}

/**
 * The box of this size in the middle of an image, rounded half to even as Python does; it reaches beyond an
 * image that is smaller.
 *
 * Source: torchvision.transforms.v2.functional.center_crop.
 */
export function centerBox(
  image: { readonly height: number; readonly width: number },
  [height, width]: readonly [number, number],
): Box {
  return { top: centerOffset(image.height, height), left: centerOffset(image.width, width), height, width };
}

function centerOffset(length: number, cropped: number): number {
  if (cropped > length) return -Math.floor((cropped - length) / 2);
  return roundHalfToEven((length - cropped) / 2);
}

/** Rounds as Python's `round`: halves go to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
