import { z } from 'zod';
import { permuteTiles } from '../functional/permute-tiles.ts';
import { defineTransform, transformError } from '../image-transform.ts';

/**
 * Cuts the image into tiles and puts them together in another order, random where none is given: the view of jigsaw
 * tasks (Noroozi & Favaro, ECCV 2016).
 */
export const shuffleTiles = defineTransform({
  name: 'shuffleTiles',
  parameters: {
    /** Tiles along a side. */
    grid: z.int().min(1),
    /** Tile `i` of the result, row by row, is tile `order[i]` of the image: a permutation of 0 … grid² − 1. */
    order: z.array(z.int().min(0)).readonly().optional(),
  },
  outputSize(input, { grid, order }) {
    if (
      order &&
      (order.length !== grid * grid ||
        new Set(order).size !== order.length ||
        Math.max(...order) >= grid * grid)
    ) {
      throw transformError(
        'shuffleTiles',
        `order must hold each of 0 to ${grid * grid - 1} once, got ${order.join(', ')}`,
      );
    }
    if (input.height % grid === 0 && input.width % grid === 0) return input;
    throw transformError(
      'shuffleTiles',
      `a grid of ${grid} does not divide ${input.height}×${input.width}; resize or crop before`,
    );
  },
  apply: (image, { grid, order }, random) =>
    permuteTiles(image, grid, order ?? random.permutation(grid * grid)),
});
