import { z } from 'zod';
import { permuteTiles } from '../functional/permute-tiles.ts';
import { defineTransform, transformError } from '../transform.ts';

/** Cuts the image into tiles and puts them together in random order: the view of jigsaw tasks (Noroozi & Favaro, 2016). */
export const shuffleTiles = defineTransform({
  name: 'shuffleTiles',
  parameters: {
    /** Tiles along a side. */
    grid: z.int().min(1),
  },
  needsUnitRange: false,
  outputSize(input, { grid }) {
    if (input.height % grid === 0 && input.width % grid === 0) return input;
    throw transformError(
      'shuffleTiles',
      `a grid of ${grid} does not divide ${input.height}×${input.width}; resize or crop before`,
    );
  },
  apply: (image, { grid }, random) => permuteTiles(image, grid, random.permutation(grid * grid)),
});
