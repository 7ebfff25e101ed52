/**
 * Encodes one channel as a WAV file of 16-bit PCM, which every browser plays. Samples beyond [−1, 1] are clipped.
 *
 * @param mono samples, nominally in [−1, 1]
 * @param sampleRate in Hz
 * @throws RangeError if `sampleRate` is not a positive integer
 */
export function encodeWav(mono: Float32Array, sampleRate: number): Uint8Array {
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0xffffffff) {
    throw new RangeError(`encodeWav: sampleRate must be a positive integer, got ${sampleRate}`);
  }
  const size = mono.length * 2;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  writeText(bytes, 0, 'RIFF');
  view.setUint32(4, 36 + size, true);
  writeText(bytes, 8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  writeText(bytes, 36, 'data');
  view.setUint32(40, size, true);
  for (let i = 0; i < mono.length; i++) {
    const sample = Math.round((mono[i] as number) * 32768);
    view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, sample)), true);
  }
  return bytes;
}

function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
