/** Values of the Predictor tag. */
export const tiffPredictors = { none: 1, horizontal: 2, floatingPoint: 3 } as const;

/**
 * Undoes, in place, the differences between neighbours that were taken before the samples were packed ("TIFF Revision 6.0",
 * section 14; "Adobe Photoshop TIFF Technical Note 3" for floating point).
 *
 * @param stored rows of samples
 * @param predictor horizontal or floating point
 * @param rowBytes length of a row
 * @param channels samples of a pixel that lie side by side
 * @param sampleBytes 1, 2, 4 or 8
 */
export function undoPredictor(
  stored: Uint8Array,
  predictor: number,
  rowBytes: number,
  channels: number,
  sampleBytes: number,
  littleEndian: boolean,
): void {
  for (let start = 0; start < stored.length; start += rowBytes) {
    const row = stored.subarray(start, start + rowBytes);
    if (predictor === tiffPredictors.horizontal) sumSamples(row, channels, sampleBytes, littleEndian);
    else joinFloats(row, channels, sampleBytes, littleEndian);
  }
}

/** Adds to each sample the one of the pixel before, modulo its size. */
function sumSamples(row: Uint8Array, channels: number, sampleBytes: number, littleEndian: boolean): void {
  const step = channels * sampleBytes;
  // The order of a sample's bytes, the least significant first.
  const order = Array.from({ length: sampleBytes }, (_, i) => (littleEndian ? i : sampleBytes - 1 - i));
  for (let at = step; at < row.length; at += sampleBytes) {
    let carry = 0;
    for (const byte of order) {
      const sum = (row[at + byte] as number) + (row[at - step + byte] as number) + carry;
      row[at + byte] = sum & 255;
      carry = sum >> 8;
    }
  }
}

/** Rows hold the most significant bytes of all samples, then the next ones, as differences of bytes. */
function joinFloats(row: Uint8Array, channels: number, sampleBytes: number, littleEndian: boolean): void {
  for (let at = channels; at < row.length; at++)
    row[at] = ((row[at] as number) + (row[at - channels] as number)) & 255;
  const planes = row.slice();
  const samples = row.length / sampleBytes;
  for (let sample = 0; sample < samples; sample++) {
    for (let byte = 0; byte < sampleBytes; byte++) {
      const to = littleEndian ? sampleBytes - 1 - byte : byte;
      row[sample * sampleBytes + to] = planes[byte * samples + sample] as number;
    }
  }
}
