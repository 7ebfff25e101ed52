/** Tags that are read, from "TIFF Revision 6.0" (Adobe, 1992). */
export const tiffTags = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

export type TiffTag = keyof typeof tiffTags;

/** The fields of one image of a TIFF file. */
export interface TiffDirectory {
  /** All values of a field; empty where it is absent or does not hold integers. */
  values(tag: TiffTag): readonly number[];
  /** The first value of a field, or `absent`. */
  value(tag: TiffTag, absent: number): number;
}

export interface TiffDirectories {
  readonly littleEndian: boolean;
  readonly directories: readonly TiffDirectory[];
}

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** Types of fields that hold integers: their size in bytes, and how one is read. */
const fieldTypes = new Map<number, { readonly size: number; readonly read: Read }>([
  [1, { size: 1, read: (view, at) => view.getUint8(at) }],
  [3, { size: 2, read: (view, at, littleEndian) => view.getUint16(at, littleEndian) }],
  [4, { size: 4, read: (view, at, littleEndian) => view.getUint32(at, littleEndian) }],
  [16, { size: 8, read: readUint64 }],
]);

/** Whether a file begins as a TIFF or a BigTIFF does. */
export function isTiff(head: Uint8Array): boolean {
  const [first, second, third, fourth] = head;
  if (first === 0x49 && second === 0x49) return (third === 42 || third === 43) && fourth === 0;
  return first === 0x4d && second === 0x4d && third === 0 && (fourth === 42 || fourth === 43);
}

/**
 * Reads the directories of a TIFF or BigTIFF file.
 *
 * @throws RangeError if one lies beyond the end of the file
 * @throws Error if they lead back to one another
 */
export function readTiffDirectories(bytes: Uint8Array): TiffDirectories {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const isBig = view.getUint16(2, littleEndian) === 43;
  const readOffset: Read = isBig ? readUint64 : (_, at) => view.getUint32(at, littleEndian);
  const [offsetSize, countSize, entrySize] = isBig ? [8, 8, 20] : [4, 2, 12];
  const directories: TiffDirectory[] = [];
  const seen = new Set<number>();
  let at = readOffset(view, isBig ? 8 : 4, littleEndian);
  while (at !== 0) {
    if (seen.has(at)) throw new Error('its directories lead back to one another');
    seen.add(at);
    const count = isBig ? readUint64(view, at, littleEndian) : view.getUint16(at, littleEndian);
    const entries = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const entry = at + countSize + i * entrySize;
      entries.set(view.getUint16(entry, littleEndian), entry);
    }
    const values = (tag: TiffTag): readonly number[] => {
      const entry = entries.get(tiffTags[tag]);
      const type = entry === undefined ? undefined : fieldTypes.get(view.getUint16(entry + 2, littleEndian));
      if (entry === undefined || type === undefined) return [];
      const length = readOffset(view, entry + 4, littleEndian);
      const inEntry = entry + 4 + offsetSize;
      const from = length * type.size <= offsetSize ? inEntry : readOffset(view, inEntry, littleEndian);
      if (from + length * type.size > bytes.length)
        throw new RangeError('a field lies beyond the end of the file');
      return Array.from({ length }, (_, i) => type.read(view, from + i * type.size, littleEndian));
    };
    directories.push({ values, value: (tag, absent) => values(tag)[0] ?? absent });
    at = readOffset(view, at + countSize + count * entrySize, littleEndian);
  }
  return { littleEndian, directories };
}

function readUint64(view: DataView, at: number, littleEndian: boolean): number {
  return Number(view.getBigUint64(at, littleEndian));
}
