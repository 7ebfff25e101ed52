import { UserError } from '@ssl/errors';
import { isSafetensorsDtype, safetensorsArrays, type SafeTensor } from './safetensors-dtype.ts';

/** What a safetensors file holds. */
export interface Safetensors {
  /** Tensors by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  /** The file's own strings, empty where it has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: SafeTensor['dtype'];
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file (https://huggingface.co/docs/safetensors, format of version 0.4–0.8). Every header
 * field is checked before a byte of data is taken; the tensors are copies.
 *
 * @param bytes the whole file
 * @param source what the file is called in error messages
 * @throws UserError for a file that is truncated, damaged or of another format
 */
export function readSafetensors(bytes: Uint8Array, source = 'safetensors file'): Safetensors {
  const fail = (problem: string): UserError => new UserError(`${source}: ${problem}`);
  if (bytes.length < 8) throw fail(`truncated: ${bytes.length} bytes, where the header alone needs more`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(bytes.length - 8)) {
    throw fail(
      `truncated, or no safetensors file: a header of ${headerLength} bytes in a file of ${bytes.length}`,
    );
  }
  const start = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, start), fail);

  const metadata = readMetadata(header['__metadata__'], fail);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => [name, readEntry(name, value, fail)] as const)
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);

  const dataLength = bytes.length - start;
  let expected = 0;
  for (const [name, { begin, end }] of entries) {
    if (end > dataLength) {
      throw fail(`truncated: tensor "${name}" ends at byte ${end} of the data, which has ${dataLength}`);
    }
    if (begin !== expected)
      throw fail(`damaged header: tensor "${name}" starts at ${begin}, not at ${expected}`);
    expected = end;
  }
  if (expected !== dataLength) throw fail(`damaged: ${dataLength - expected} bytes belong to no tensor`);

  const tensors = new Map(
    entries.map(([name, entry]) => [
      name,
      // Not `slice`: that of Node's Buffer shares the memory.
      readTensor(entry, new Uint8Array(bytes.subarray(start + entry.begin, start + entry.end))),
    ]),
  );
  return { tensors, metadata };
}

type Failure = (problem: string) => UserError;

function parseHeader(bytes: Uint8Array, fail: Failure): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fail('damaged, or no safetensors file: its header is not JSON');
  }
  if (!isRecord(header)) throw fail('damaged header: it is no JSON object');
  return header;
}

function readMetadata(value: unknown, fail: Failure): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((entry) => typeof entry === 'string')) {
    throw fail('damaged header: "__metadata__" must hold strings only');
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, fail: Failure): HeaderEntry {
  if (!isRecord(value)) throw fail(`damaged header: tensor "${name}" has no description`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafetensorsDtype(dtype)) {
    const valid = Object.keys(safetensorsArrays).join(', ');
    throw fail(`tensor "${name}" has the unknown type ${JSON.stringify(dtype)} (valid: ${valid})`);
  }
  if (!isSizes(shape)) throw fail(`damaged header: tensor "${name}" has the shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw fail(`damaged header: tensor "${name}" has the offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, side) => product * side, safetensorsArrays[dtype].BYTES_PER_ELEMENT);
  if (end - begin !== size) {
    throw fail(
      `damaged header: tensor "${name}", ${dtype} [${shape.join(',')}], takes ${size} bytes, not ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

/** @param bytes a copy of the tensor's own bytes: aligned for any type */
function readTensor({ dtype, shape }: HeaderEntry, bytes: Uint8Array): SafeTensor {
  const array = safetensorsArrays[dtype];
  const data = new array(bytes.buffer, 0, bytes.length / array.BYTES_PER_ELEMENT);
  return { dtype, shape, data } as SafeTensor;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}
