import * as tf from '@tensorflow/tfjs-core';
import type { FeatureMatrix } from './feature-matrix.ts';

/**
 * A tall matrix X `[rows, dim]` kept on the tensor backend, for algorithms that multiply it again and again by
 * something small. Products are float32.
 */
export interface RowProducts {
  readonly rows: number;
  readonly dim: number;
  /** `X Wᵀ`, `[rows, count]`, for W `[count, dim]`. */
  project(weights: Float32Array, count: number): Promise<Float32Array>;
  /** `Rᵀ X`, `[count, dim]`, for R `[rows, count]`. */
  combine(coefficients: Float32Array, count: number): Promise<Float32Array>;
  dispose(): void;
}

/**
 * Puts a matrix on the backend, in blocks of rows. The caller disposes of it.
 *
 * @param blockValues most values in one tensor; default 2²³ (32 MiB), below the largest buffer of every backend
 */
export function createRowProducts({ features, dim }: FeatureMatrix, blockValues = 2 ** 23): RowProducts {
  const rows = features.length / dim;
  const blockRows = Math.max(1, Math.floor(blockValues / dim));
  const blocks: { readonly start: number; readonly tensor: tf.Tensor2D }[] = [];
  for (let start = 0; start < rows; start += blockRows) {
    const end = Math.min(rows, start + blockRows);
    const tensor = tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]);
    blocks.push({ start, tensor });
  }

  return {
    rows,
    dim,
    async project(weights, count) {
      const products = tf.tidy(() => {
        const columns = tf.transpose(tf.tensor2d(weights, [count, dim]));
        return blocks.map(({ tensor }) => tf.matMul(tensor, columns));
      });
      const projected = new Float32Array(rows * count);
      try {
        for (const [at, product] of products.entries()) {
          projected.set(await product.data<'float32'>(), (blocks[at]?.start ?? 0) * count);
        }
      } finally {
        tf.dispose(products);
      }
      return projected;
    },
    async combine(coefficients, count) {
      const sum = tf.tidy(() =>
        blocks
          .map(({ start, tensor }) => {
            const [size] = tensor.shape;
            const part = coefficients.subarray(start * count, (start + size) * count);
            return tf.matMul(tf.transpose(tf.tensor2d(part, [size, count])), tensor);
          })
          .reduce((total, part) => tf.add(total, part)),
      );
      try {
        return await sum.data<'float32'>();
      } finally {
        sum.dispose();
      }
    },
    dispose: () => tf.dispose(blocks.map(({ tensor }) => tensor)),
  };
}
