import * as tf from '@tensorflow/tfjs-core';

/** Patches down and across. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/**
 * Position embeddings of a grid for a grid of another size, interpolated bicubically as by PyTorch's
 * `F.interpolate(…, size, mode='bicubic', align_corners=False, antialias=False)` (a = −0.75, borders repeated): what
 * DINO's `interpolate_pos_encoding` does, without its offset of 0.1. Differentiable.
 *
 * @param positions `[from.height · from.width, dim]`, row by row
 * @returns `[to.height · to.width, dim]`; `positions` itself where the grids are the same
 */
export function resamplePositions(positions: tf.Tensor2D, from: Grid, to: Grid): tf.Tensor2D {
  if (from.height === to.height && from.width === to.width) return positions;
  const dim = positions.shape[1];
  // One axis after the other: rows of the grid, then columns.
  const down = axisWeights(from.height, to.height);
  const rows = tf.matMul(down, tf.reshape<tf.Rank.R2>(positions, [from.height, from.width * dim]));
  const across = axisWeights(from.width, to.width);
  const swapped = tf.transpose(tf.reshape(rows, [to.height, from.width, dim]), [1, 0, 2]);
  const columns = tf.matMul(across, tf.reshape<tf.Rank.R2>(swapped, [from.width, to.height * dim]));
  const result = tf.transpose(tf.reshape(columns, [to.width, to.height, dim]), [1, 0, 2]);
  return tf.reshape(result, [to.height * to.width, dim]);
}

/** How much each of `from` values counts for each of `to`: `[to, from]`. */
function axisWeights(from: number, to: number): tf.Tensor2D {
  const weights = new Float32Array(to * from);
  for (let index = 0; index < to; index++) {
    const centre = ((index + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre) - 1;
    for (let tap = first; tap < first + 4; tap++) {
      const source = Math.min(from - 1, Math.max(0, tap));
      const place = index * from + source;
      weights[place] = (weights[place] as number) + cubic(Math.abs(centre - tap));
    }
  }
  return tf.tensor2d(weights, [to, from]);
}

/** Keys' cubic convolution kernel (1981, equation 4 before a is fixed) with a = −0.75, for distances from 0 on. */
function cubic(distance: number): number {
  const a = -0.75;
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
