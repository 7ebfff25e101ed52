import { UserError } from '@ssl/errors';

import type { NpyArray } from './npy.ts';

/**
 * Labels from an array: integers of any width, `[n]` or `[n, 1]`; −1 marks a sample without a label.
 *
 * @param length number of samples
 * @param name what to call the array in errors
 * @returns int32, `[length]`
 * @throws UserError if the array has another shape, is no array of integers, or holds a number below −1
 */
export function labelsOfArray({ shape, dtype, data }: NpyArray, length: number, name = 'labels'): Int32Array {
  const found = `${dtype} [${shape.join(', ')}]`;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    const hint = shape.length === 2 ? ': convert one-hot labels with argmax(axis=1)' : '';
    throw new UserError(`${name}: expected labels of shape [n], got ${found}${hint}`);
  }
  if (dtype.startsWith('float')) {
    throw new UserError(
      `${name}: expected labels that are integers, got ${found}: convert them with astype("int32")`,
    );
  }
  if (shape[0] !== length) {
    throw new UserError(`${name}: expected ${length} labels, one a sample, got ${shape[0]}`);
  }
  return Int32Array.from({ length }, (_, index) => {
    const label = Number(data[index]);
    if (label < -1 || label > 0x7fffffff) {
      throw new UserError(
        `${name}: expected classes numbered from 0, or -1 for no label, got ${label} at index ${index}`,
      );
    }
    return label;
  });
}
