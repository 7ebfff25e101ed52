import { describeSize, type FloatImage } from '../image.ts';
import { createImage } from '../image.ts';

/**
 * Cuts an image into `grid × grid` tiles and puts them together in another order: tile `i` of the result, row by
 * row, is tile `order[i]` of the image.
 *
 * @param order a permutation of 0 … grid² − 1
 * @throws RangeError if the sides are no multiples of `grid`
 */
export function permuteTiles(image: FloatImage, grid: number, order: ArrayLike<number>): FloatImage {
  const { height, width, channels, data: source } = image;
  if (height % grid !== 0 || width % grid !== 0) {
    throw new RangeError(
      `permuteTiles: an image of ${describeSize(image)} cannot be cut into ${grid}×${grid} tiles`,
    );
  }
  const result = createImage(height, width, channels);
  const tileHeight = height / grid;
  const samples = (width / grid) * channels;
  for (let tile = 0; tile < grid * grid; tile++) {
    const from = order[tile] as number;
    for (let y = 0; y < tileHeight; y++) {
      const start = startOf(from, y);
      result.data.set(source.subarray(start, start + samples), startOf(tile, y));
    }
  }
  return result;

  function startOf(tile: number, y: number): number {
    return (Math.floor(tile / grid) * tileHeight + y) * width * channels + (tile % grid) * samples;
  }
}
