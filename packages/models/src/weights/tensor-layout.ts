import type { ParameterLayout } from '../parameter.ts';

/** For each axis of the file's layout, the axis of the backend's layout that it is. */
const axesInFile: Readonly<Record<Exclude<ParameterLayout, 'same'>, readonly number[]>> = {
  convolution: [3, 2, 0, 1],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
};

/** The shape in a weight file of a variable with this layout and shape: HWIO becomes OIHW, `[in, out]` `[out, in]`. */
export function fileShape(layout: ParameterLayout, shape: readonly number[]): number[] {
  if (layout === 'same') return [...shape];
  return axesInFile[layout].map((axis) => shape[axis] as number);
}

/** Values of a variable in the order of a weight file. A copy, or for `same` the array itself. */
export function toFileLayout(
  layout: ParameterLayout,
  shape: readonly number[],
  values: Float32Array,
): Float32Array {
  if (layout === 'same') return values;
  return permute(values, shape, axesInFile[layout]);
}

/** Values of a weight file in the order of a variable of this layout and (the variable's) shape. */
export function fromFileLayout(
  layout: ParameterLayout,
  shape: readonly number[],
  values: Float32Array,
): Float32Array {
  if (layout === 'same') return values;
  const axes = axesInFile[layout];
  const inverse = shape.map((_, axis) => axes.indexOf(axis));
  return permute(values, fileShape(layout, shape), inverse);
}

/** Row-major values with their axes in another order: axis i of the result is axis `axes[i]` of the input. */
function permute(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const result = new Float32Array(values.length);
  let next = 0;
  const walk = (depth: number, offset: number): void => {
    const axis = axes[depth] as number;
    const side = shape[axis] as number;
    const stride = strides[axis] as number;
    const innermost = depth === axes.length - 1;
    for (let i = 0; i < side; i++) {
      if (innermost) result[next++] = values[offset + i * stride] as number;
      else walk(depth + 1, offset + i * stride);
    }
  };
  walk(0, 0);
  return result;
}
