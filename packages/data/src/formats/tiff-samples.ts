import { unzlibSync } from 'fflate';

import { halfToNumber } from '../arrays/half-to-number.ts';
import { unpackLzw } from './lzw.ts';
import type { TiffDirectory } from './tiff-directory.ts';
import { undoPredictor } from './tiff-predictor.ts';

/** How the samples of a TIFF image are stored. */
export interface TiffLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Bits a sample, the same for all channels. */
  readonly bits: number;
  readonly format: 'unsigned' | 'signed' | 'float';
  readonly littleEndian: boolean;
}

type Unpack = (packed: Uint8Array, unpackedLength: number) => Uint8Array;

const unpackers = new Map<number, Unpack>([
  [1, (stored) => stored],
  [5, unpackLzw],
  [8, (packed) => unzlibSync(packed)],
  [32946, (packed) => unzlibSync(packed)],
  [32773, unpackPackBits],
]);

/** Whether samples of this value of the Compression tag are read: none, LZW, Deflate, PackBits. */
export function isUnpacked(compression: number): boolean {
  return unpackers.has(compression);
}

/**
 * Reads all samples of an image, whether in strips or tiles, interleaved or in planes, into `samples`: row by row, channels
 * last. Values are not scaled.
 *
 * @throws Error if the image is truncated or its compressed data are damaged
 */
export function readTiffSamples(
  bytes: Uint8Array,
  directory: TiffDirectory,
  layout: TiffLayout,
  samples: Uint8Array | Uint16Array | Float32Array,
): void {
  const { height, width, channels, bits, littleEndian } = layout;
  const isPlanar = directory.value('planarConfiguration', 1) === 2;
  const tileWidth = directory.value('tileWidth', 0);
  const isTiled = tileWidth > 0;
  const blockWidth = isTiled ? tileWidth : width;
  const blockHeight = isTiled
    ? directory.value('tileLength', 0)
    : Math.min(height, directory.value('rowsPerStrip', height));
  const offsets = directory.values(isTiled ? 'tileOffsets' : 'stripOffsets');
  const lengths = directory.values(isTiled ? 'tileByteCounts' : 'stripByteCounts');
  const unpack = unpackers.get(directory.value('compression', 1)) as Unpack;
  const predictor = directory.value('predictor', 1);
  const together = isPlanar ? 1 : channels;
  const rowBytes = Math.ceil((blockWidth * together * bits) / 8);
  if (!(blockHeight > 0)) throw new Error('its tiles have no height');

  let block = 0;
  for (let plane = 0; plane < (isPlanar ? channels : 1); plane++) {
    for (let top = 0; top < height; top += blockHeight) {
      const rows = isTiled ? blockHeight : Math.min(blockHeight, height - top);
      for (let left = 0; left < width; left += blockWidth) {
        const [offset = NaN, length = NaN] = [offsets[block], lengths[block]];
        block++;
        if (!(offset + length <= bytes.length)) throw new Error('the file is truncated');
        const unpacked = unpack(bytes.subarray(offset, offset + length), rows * rowBytes);
        if (unpacked.length < rows * rowBytes) throw new Error('its compressed data end too early');
        const stored = predictor === 1 ? unpacked : unpacked.slice(0, rows * rowBytes);
        if (predictor !== 1) undoPredictor(stored, predictor, rowBytes, together, bits / 8, littleEndian);
        const read = sampleReader(stored, layout);
        const columns = Math.min(blockWidth, width - left);
        for (let y = 0; y < Math.min(rows, height - top); y++) {
          let to = ((top + y) * width + left) * channels + plane;
          for (let x = 0; x < columns; x++) {
            for (let channel = 0; channel < together; channel++) {
              samples[to + channel] = read(y * rowBytes, x * together + channel);
            }
            to += channels;
          }
        }
      }
    }
  }
}

/** Reads the `i`-th sample of a row that begins at a byte. */
function sampleReader(
  stored: Uint8Array,
  { bits, format, littleEndian }: TiffLayout,
): (rowStart: number, i: number) => number {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  switch (`${format} ${bits}`) {
    case 'unsigned 8':
      return (start, i) => view.getUint8(start + i);
    case 'unsigned 16':
      return (start, i) => view.getUint16(start + i * 2, littleEndian);
    case 'unsigned 32':
      return (start, i) => view.getUint32(start + i * 4, littleEndian);
    case 'signed 8':
      return (start, i) => view.getInt8(start + i);
    case 'signed 16':
      return (start, i) => view.getInt16(start + i * 2, littleEndian);
    case 'signed 32':
      return (start, i) => view.getInt32(start + i * 4, littleEndian);
    case 'float 16':
      return (start, i) => halfToNumber(view.getUint16(start + i * 2, littleEndian));
    case 'float 32':
      return (start, i) => view.getFloat32(start + i * 4, littleEndian);
    case 'float 64':
      return (start, i) => view.getFloat64(start + i * 8, littleEndian);
    default:
      return (start, i) => readBits(stored, start * 8 + i * bits, bits);
  }
}

/** Samples that do not fill bytes follow one another from the most significant bit, in either byte order. */
function readBits(stored: Uint8Array, firstBit: number, bits: number): number {
  let value = 0;
  for (let bit = firstBit; bit < firstBit + bits; bit++) {
    value = value * 2 + (((stored[bit >> 3] as number) >> (7 - (bit & 7))) & 1);
  }
  return value;
}

/** "TIFF Revision 6.0", section 9. */
function unpackPackBits(packed: Uint8Array, unpackedLength: number): Uint8Array {
  const unpacked = new Uint8Array(unpackedLength);
  let written = 0;
  let at = 0;
  while (at < packed.length && written < unpackedLength) {
    const header = packed[at++] as number;
    if (header < 128) {
      const literal = packed.subarray(at, Math.min(at + header + 1, at + unpackedLength - written));
      unpacked.set(literal, written);
      written += literal.length;
      at += header + 1;
    } else if (header > 128) {
      const end = Math.min(written + 257 - header, unpackedLength);
      unpacked.fill(packed[at++] ?? 0, written, end);
      written = end;
    }
  }
  return unpacked.subarray(0, written);
}
