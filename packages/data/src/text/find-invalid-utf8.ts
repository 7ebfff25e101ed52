/**
 * The offset of the first byte that cannot be part of well-formed UTF-8 (Unicode standard, table 3-7), or −1. For a
 * sequence that is broken further on, or cut off by the end, it is the offset of the sequence's first byte.
 *
 * Overlong forms, surrogates and code points above U+10FFFF are refused, as a strict `TextDecoder` does. That one
 * says only whether there is an error, and does not take shared memory in every browser.
 */
export function findInvalidUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  let at = 0;
  while (at < length) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const size = sequenceLength(lead);
    if (size === 0 || at + size > length) return at;
    const second = bytes[at + 1] as number;
    if (second < lowestSecond(lead) || second > highestSecond(lead)) return at;
    for (let next = at + 2; next < at + size; next++) {
      if (((bytes[next] as number) & 0xc0) !== 0x80) return at;
    }
    at += size;
  }
  return -1;
}

/** Bytes of a sequence with this first byte, which is not ASCII; 0 if none starts with it. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  if (lead === 0xf0) return 0x90;
  return 0x80;
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  if (lead === 0xf4) return 0x8f;
  return 0xbf;
}
