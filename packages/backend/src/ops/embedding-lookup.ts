import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of a table by number, `torch.nn.functional.embedding`; its gradient adds up what reaches each row.
 *
 * @param table float32 `[entries, columns]`
 * @param ids int32 of any shape, each from 0 to `entries` − 1; which is not checked, as that would wait for the
 *   backend
 * @returns `[…ids, columns]`
 * @throws Error where `table` is no matrix or `ids` are not int32
 */
export function embeddingLookup(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  if (table.rank !== 2) {
    throw new Error(`embeddingLookup: table must be [entries, columns], got [${table.shape.join(',')}]`);
  }
  if (ids.dtype !== 'int32') {
    throw new Error(`embeddingLookup: ids must be int32, got ${ids.dtype}`);
  }
  const rows = tf.gather(table, tf.reshape(ids, [ids.size]));
  return tf.reshape(rows, [...ids.shape, table.shape[1]]);
}
