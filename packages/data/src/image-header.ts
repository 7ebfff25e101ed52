/** What the first bytes of an image file say. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png' | 'webp';
  /**
   * Size of the upright image in pixels. Absent where these bytes do not settle it: turned by its metadata, a long
   * preamble, or WebP.
   */
  readonly size?: { readonly height: number; readonly width: number };
  /** Whether its samples have 16 bits: only in a PNG. */
  readonly isDeep?: boolean;
  /** Whether it has no colours. Given for a PNG only. */
  readonly isGrey?: boolean;
}

/** Reads the header of a JPEG, PNG or WebP file from its first bytes; `undefined` if it is none of these. */
export function readImageHeader(head: Uint8Array): ImageHeader | undefined {
  if (startsWith(head, 0, [0xff, 0xd8, 0xff])) return { format: 'jpeg', ...jpegSize(head) };
  if (startsWith(head, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    return {
      format: 'png',
      ...pngSize(head),
      isDeep: head[24] === 16,
      isGrey: head[25] === 0 || head[25] === 4,
    };
  if (startsWith(head, 0, ascii('RIFF')) && startsWith(head, 8, ascii('WEBP'))) return { format: 'webp' };
  return undefined;
}

/**
 * Whether the file ends as a whole one does. `false` is no proof that something is missing, for other bytes may
 * follow the image.
 *
 * @param head its first bytes
 * @param tail its last bytes, at least 12
 * @param fileSize its length in bytes
 */
export function endsWhole(
  { format }: ImageHeader,
  head: Uint8Array,
  tail: Uint8Array,
  fileSize: number,
): boolean {
  if (format === 'jpeg') return startsWith(tail, tail.length - 2, [0xff, 0xd9]);
  if (format === 'png') return startsWith(tail, tail.length - 8, [...ascii('IEND'), 0xae, 0x42, 0x60, 0x82]);
  return new DataView(head.buffer, head.byteOffset).getUint32(4, true) + 8 <= fileSize;
}

type Size = Pick<ImageHeader, 'size'>;

/** Walks the segments to the frame header (ITU T.81, B.1.1 and B.2.2). */
function jpegSize(head: Uint8Array): Size {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 2;
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1] as number;
    // APP1 may hold Exif, and with it a rotation.
    if (marker === 0xe1) return {};
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { size: { height: view.getUint16(at + 5), width: view.getUint16(at + 7) } };
    at += 2 + view.getUint16(at + 2);
  }
  return {};
}

/** IHDR comes first; an eXIf chunk, which may turn the image, after it. */
function pngSize(head: Uint8Array): Size {
  if (head.length < 33 || includes(head, ascii('eXIf'))) return {};
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return { size: { height: view.getUint32(20), width: view.getUint32(16) } };
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return at >= 0 && expected.every((byte, index) => bytes[at + index] === byte);
}

function includes(bytes: Uint8Array, expected: readonly number[]): boolean {
  const first = expected[0] as number;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (startsWith(bytes, at, expected)) return true;
  }
  return false;
}
