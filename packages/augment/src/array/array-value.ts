import { sizeOfShape } from '../input-spec.ts';

/** An array on its way through the transforms. */
export interface ArrayValue {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A new array of `change(value, index)` for every value. */
export function mapValues(
  { shape, data }: ArrayValue,
  change: (value: number, index: number) => number,
): ArrayValue {
  const changed = new Float32Array(sizeOfShape(shape));
  for (let i = 0; i < changed.length; i++) changed[i] = change(data[i] as number, i);
  return { shape, data: changed };
}
