import * as tf from '@tensorflow/tfjs-core';

/** @throws Error where tensors differ in shape, naming both */
export function checkSameShapes(caller: string, tensors: Readonly<Record<string, tf.Tensor>>): void {
  const [[first, { shape }], ...others] = Object.entries(tensors) as [
    [string, tf.Tensor],
    ...[string, tf.Tensor][],
  ];
  for (const [name, tensor] of others) {
    if (!tf.util.arraysEqual(tensor.shape, shape)) {
      throw new Error(
        `${caller}: ${name} [${tensor.shape.join(',')}] must have the shape of ${first} [${shape.join(',')}]`,
      );
    }
  }
}
