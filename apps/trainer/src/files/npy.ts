/**
 * A float32 matrix as a NumPy file (format 1.0, little-endian, C order), which `numpy.load` reads.
 *
 * @param data `[rows × columns]`, row-major
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(data: Float32Array, rows: number, columns: number): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // Magic, version and length take 10 bytes; spaces and a line feed fill the header up to a multiple of 64.
  const length = Math.ceil((10 + description.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + data.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(description.padEnd(length - 1) + '\n'), 10);
  data.forEach((value, index) => view.setFloat32(10 + length + index * 4, value, true));
  return bytes;
}
