import type { SafeTensor } from './safetensors-dtype.ts';

/**
 * A tensor's values as float32: F32 as they are (the same array), F16, BF16, F64 and integers converted, with
 * rounding where float32 cannot hold them.
 *
 * @throws Error for the 8-bit floats, which nothing here uses
 */
export function toFloat32({ dtype, data }: SafeTensor): Float32Array {
  switch (dtype) {
    case 'F32':
      return data;
    case 'BF16':
      return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
    case 'F16':
      return Float32Array.from(data, halfToNumber);
    case 'I64':
    case 'U64':
      return Float32Array.from(data as Iterable<bigint>, Number);
    case 'F8_E4M3':
    case 'F8_E5M2':
      throw new Error(`toFloat32: ${dtype} is not supported`);
    default:
      return Float32Array.from(data);
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
