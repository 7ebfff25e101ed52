const clearCode = 256;
const endCode = 257;
const mostCodes = 4096;

/**
 * Unpacks the LZW compression of TIFF files ("TIFF Revision 6.0", section 13: most significant bits first, codes grow from
 * 9 to 12 bits one code early). Stops at the end code, or where the input ends.
 *
 * @throws Error if a code stands for nothing
 */
export function unpackLzw(packed: Uint8Array): Uint8Array {
  // An entry of the table is an earlier entry and one more byte.
  const prefix = new Uint16Array(mostCodes);
  const last = Uint8Array.from({ length: mostCodes }, (_, code) => code & 255);
  const lengths = new Uint16Array(mostCodes).fill(1);
  let next = endCode + 1;
  let codeBits = 9;
  let previous: number | undefined;
  let output = new Uint8Array(Math.max(64, packed.length * 4));
  let written = 0;
  let window = 0;
  let windowBits = 0;
  let at = 0;

  for (;;) {
    while (windowBits < codeBits && at < packed.length) {
      window = ((window << 8) | (packed[at++] as number)) & 0xffffff;
      windowBits += 8;
    }
    if (windowBits < codeBits) break;
    windowBits -= codeBits;
    const code = (window >> windowBits) & ((1 << codeBits) - 1);
    if (code === endCode) break;
    if (code === clearCode) {
      next = endCode + 1;
      codeBits = 9;
      previous = undefined;
      continue;
    }
    const isKnown = code < clearCode || (code > endCode && code < next);
    if (!isKnown && (code !== next || previous === undefined))
      throw new Error(`LZW code ${code} stands for nothing`);

    // A code that is about to be made stands for the previous entry and its own first byte.
    const source = isKnown ? code : (previous as number);
    const length = lengths[source] as number;
    if (written + length + 1 > output.length) output = grown(output);
    for (let entry = source, to = written + length - 1; to >= written; to--) {
      output[to] = last[entry] as number;
      entry = prefix[entry] as number;
    }
    const first = output[written] as number;
    written += length;
    if (!isKnown) output[written++] = first;

    if (previous !== undefined && next < mostCodes) {
      prefix[next] = previous;
      last[next] = first;
      lengths[next] = (lengths[previous] as number) + 1;
      next++;
      if (next === (1 << codeBits) - 1 && codeBits < 12) codeBits++;
    }
    previous = code;
  }
  return output.subarray(0, written);
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2 + mostCodes);
  larger.set(bytes);
  return larger;
}
