import { isHostBuffer, type BufferTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Moves every tensor of `target` towards the one of the same name in `online`:
 * target ← momentum · target + (1 − momentum) · online. Host buffers stay as they are.
 *
 * @param momentum in [0, 1]; 1 leaves the target alone
 * @throws Error for a name that `online` lacks
 */
export function updateEma(online: BufferTree, target: BufferTree, momentum: number): void {
  for (const [name, entry] of target) {
    if (isHostBuffer(entry)) continue;
    const source = online.get(name);
    if (source === undefined || isHostBuffer(source)) {
      throw new Error(`updateEma: the online tree has no tensor "${name}"`);
    }
    tf.tidy(() => {
      entry.variable.assign(tf.add(tf.mul(entry.variable, momentum), tf.mul(source.variable, 1 - momentum)));
    });
  }
}
