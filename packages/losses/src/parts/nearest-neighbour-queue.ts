import { createParameter, type BufferTree, type HostBuffer, type Parameter } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from './stop-gradient.ts';

/** The newest embeddings of a training run, in a ring. */
export interface NearestNeighbourQueue {
  /**
   * What is to be saved: `embeddings` `[size, dim]`, `indices` (of the images, in the data set), `pointer`
   * (the slot that is written next) and `filled` (slots written so far).
   */
  readonly buffers: BufferTree;
  /** `[size, dim]`: all entries, written or not, for an objective to read. */
  readonly entries: tf.Tensor2D;
  /** Whether every slot has been written. */
  isFull(): boolean;
  /**
   * Writes a batch over the oldest entries.
   *
   * @param embeddings `[batch, dim]`, of unit length, `batch` at most the queue's size
   * @param indices of the batch's images in the data set, `[batch]` int32
   */
  push(embeddings: tf.Tensor2D, indices: tf.Tensor1D): void;
  /**
   * For each row the entry of the largest inner product, `[batch, dim]`; where that entry is an older view of
   * the row's own image, the next best. A constant to the gradient tape.
   */
  nearest(embeddings: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D;
}

/**
 * The queue of nearest neighbours of Self-Classifier and NNCLR, as in the authors' code
 * (elad-amrani/self-classifier@3935138, src/utils.py, NNQueue): zeros at first, and to be asked only when full.
 *
 * @param size entries, at least 2
 * @param start `[size, dim]`, what it holds at first; default: zeros
 */
export function createNearestNeighbourQueue(
  size: number,
  dim: number,
  start: Float32Array = new Float32Array(size * dim),
): NearestNeighbourQueue {
  const ring = createParameter(start, [size, dim], 'same', false);
  const owners = createParameter(new Int32Array(size), [size], 'same', false);
  const pointer = new Int32Array(1);
  const filled = new Int32Array(1);
  const entries = ring.variable as tf.Tensor2D;

  return {
    buffers: new Map<string, Parameter | HostBuffer>([
      ['embeddings', ring],
      ['indices', owners],
      ['pointer', { shape: [], data: pointer }],
      ['filled', { shape: [], data: filled }],
    ]),
    entries,
    isFull: () => filled[0] === size,
    push(embeddings, indices) {
      const batch = indices.size;
      if (batch > size) throw new Error(`push: a batch of ${batch} does not fit a queue of ${size}`);
      const start = pointer[0] as number;
      tf.tidy(() => {
        ring.variable.assign(overwriteRing(ring.variable, embeddings, start));
        owners.variable.assign(overwriteRing(owners.variable, indices, start));
      });
      pointer[0] = (start + batch) % size;
      filled[0] = Math.min(size, (filled[0] as number) + batch);
    },
    nearest(embeddings, indices) {
      return stopGradient([embeddings], () => {
        const { indices: best } = tf.topk(tf.matMul(embeddings, entries, false, true), 2);
        const [first, second] = tf.unstack(best, 1) as [tf.Tensor1D, tf.Tensor1D];
        const owner = tf.gather(owners.variable, first);
        const isOwn = tf.equal(owner, indices);
        return tf.gather(entries, tf.where(isOwn, second, first));
      });
    },
  };
}

/** The ring with `rows` in the slots from `start` on, wrapping round. */
function overwriteRing(ring: tf.Tensor, rows: tf.Tensor, start: number): tf.Tensor {
  const size = ring.shape[0] as number;
  const batch = rows.shape[0] as number;
  const end = Math.min(start + batch, size);
  const wrapped = start + batch - end;
  const pieces = [
    sliceRows(rows, batch - wrapped, batch),
    sliceRows(ring, wrapped, start),
    sliceRows(rows, 0, batch - wrapped),
    sliceRows(ring, end, size),
  ];
  return tf.concat(pieces.flat());
}

/** Rows from `begin` to before `end`; nothing where there are none, since not every backend takes empty tensors. */
function sliceRows(x: tf.Tensor, begin: number, end: number): tf.Tensor[] {
  return end > begin ? [tf.slice(x, begin, end - begin)] : [];
}
