/** Types of the values of samples that are read at the depth of their file. */
export type ValueType = 'uint8' | 'uint16' | 'float32';

export type ValueArray = Uint8Array | Uint16Array | Float32Array;

const constructors = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

/** Bytes of one value. */
export function bytesPerValue(type: ValueType): number {
  return constructors[type].BYTES_PER_ELEMENT;
}

/** Values of this type in a buffer, e.g. one that threads share. `offset` in bytes. */
export function valuesIn(
  buffer: ArrayBufferLike,
  type: ValueType,
  offset: number,
  length: number,
): ValueArray {
  if (type === 'uint8') return new Uint8Array(buffer, offset, length);
  if (type === 'uint16') return new Uint16Array(buffer, offset, length);
  return new Float32Array(buffer, offset, length);
}

export function valueTypeOf(data: ValueArray): ValueType {
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Uint16Array ? 'uint16' : 'float32';
}
