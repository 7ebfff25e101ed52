/**
 * The vocabulary of text as bytes: ids 0 to 255 are the bytes of its UTF-8, the ids after them are special. It needs
 * no training and no file, and it covers every language.
 */
export const byteVocabulary = {
  /** Number of ordinary tokens, the ids from 0 to 255; special ids follow. */
  ordinaryTokens: 256,
  /** Id that fills a sequence up to its length. */
  paddingId: 256,
  /** Id that stands for a hidden token. */
  maskId: 257,
  /** Number of all ids: the rows of an embedding table. */
  size: 258,
} as const;

/** What {@link decodeTokens} shows for a masked token. */
export const maskGlyph = '■';

/**
 * Text as token ids of {@link byteVocabulary}, one for each byte of its UTF-8.
 *
 * @param text a string (a lone surrogate becomes U+FFFD), or bytes that are taken as they are
 * @returns ids in [0, 255]
 */
export function encodeText(text: string | Uint8Array): Int32Array {
  return Int32Array.from(typeof text === 'string' ? new TextEncoder().encode(text) : text);
}

/**
 * Token ids of {@link byteVocabulary} as text for people. Bytes that are no UTF-8, such as a character that a window
 * or a mask cuts into, are shown as U+FFFD, masked tokens as {@link maskGlyph}; padding is left out. The inverse of
 * {@link encodeText} for valid UTF-8.
 *
 * @throws RangeError for an id that the vocabulary does not have
 */
export function decodeTokens(ids: ArrayLike<number>): string {
  const pieces: string[] = [];
  const bytes = new Uint8Array(ids.length);
  let pending = 0;
  // Without `ignoreBOM`, a byte order mark at the start of a piece would be dropped.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const flush = (): void => {
    pieces.push(decoder.decode(bytes.subarray(0, pending)));
    pending = 0;
  };
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index] as number;
    if (Number.isInteger(id) && id >= 0 && id < byteVocabulary.ordinaryTokens) {
      bytes[pending++] = id;
    } else if (id === byteVocabulary.maskId) {
      flush();
      pieces.push(maskGlyph);
    } else if (id !== byteVocabulary.paddingId) {
      throw new RangeError(
        `decodeTokens: ids must be integers from 0 to ${byteVocabulary.size - 1}, got ${id} at position ${index}`,
      );
    }
  }
  flush();
  return pieces.join('');
}
