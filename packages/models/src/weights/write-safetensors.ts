import { safetensorsArrays, type SafeTensor } from './safetensors-dtype.ts';

const dtypeOrder = Object.keys(safetensorsArrays);

/**
 * A safetensors file of tensors, byte for byte as the format's own library writes it: sorted by type (widest
 * first), then by name; the header padded with spaces to a multiple of 8 bytes.
 *
 * @param metadata strings for the file's `__metadata__`; left out where empty
 * @throws Error if a tensor's data do not fit its shape, or one is named `__metadata__`
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      dtypeOrder.indexOf(b.dtype) - dtypeOrder.indexOf(a.dtype) || (nameA < nameB ? -1 : 1),
  );

  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (data.length !== size) {
      throw new Error(
        `writeSafetensors: "${name}" [${shape.join(',')}] needs ${size} values, got ${data.length}`,
      );
    }
    if (name === '__metadata__') throw new Error('writeSafetensors: no tensor may be named "__metadata__"');
    const begin = end;
    end += data.byteLength;
    // Written piece by piece: an object would move names that look like numbers to the front.
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;

  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8 + json.length, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let offset = 8 + headerLength;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}
