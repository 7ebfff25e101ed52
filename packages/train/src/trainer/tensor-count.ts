import * as tf from '@tensorflow/tfjs-core';

/** Epochs that must each leave more tensors behind before something is said. */
const patience = 2;

/** Counts tensors once an epoch: a cheap look for leaks in a normal run. */
export interface TensorCount {
  /** @returns what is wrong, once, after two epochs in a row that each left more tensors than the one before */
  endEpoch(): string | undefined;
}

export function createTensorCount(): TensorCount {
  let last: number | undefined;
  let grown = 0;
  let warned = false;
  return {
    endEpoch() {
      const { numTensors } = tf.memory();
      const more = last === undefined ? 0 : numTensors - last;
      last = numTensors;
      grown = more > 0 ? grown + 1 : 0;
      if (grown < patience || warned) return undefined;
      warned = true;
      return `tensors are left behind, ${more} in this epoch: memory will run out; run with --check to see which hook of the method leaks`;
    },
  };
}
