import { UserError } from '@ssl/errors';

import { parseWavFormat, type WavFormat } from './wav-format.ts';

/** Decoded sound. */
export interface WavAudio {
  /** Frames per second, in Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples per channel. */
  readonly frames: number;
  /** `[frames × channels]`, interleaved: in [−1, 1) where the file holds integers, as stored where it holds floats. */
  readonly data: Float32Array;
}

/** The size that programs write which do not know it yet, because they write to a pipe. */
const unknownSize = 0xffffffff;

/**
 * Decodes a WAV file: integer PCM of 8 (unsigned), 16, 24 or 32 bits and floats of 32 or 64, with any number of
 * channels, also as WAVE_FORMAT_EXTENSIBLE. A data chunk of unknown size, as programs write it to a pipe, reaches
 * to the end of the file.
 *
 * Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991); integers are
 * scaled as torchaudio does, by 2^(bits − 1).
 *
 * @param bytes the whole file
 * @param name what error messages call the file, such as its path
 * @throws UserError if it is no WAV file, is compressed, truncated or empty, or holds NaN or infinity
 */
export function readWav(bytes: Uint8Array, name = 'readWav'): WavAudio {
  const { format, samples } = findChunks(bytes, name);
  const { channels, sampleRate, sampleBytes } = format;
  const frames = Math.floor(samples.length / (channels * sampleBytes));
  if (frames === 0) throw new UserError(`${name}: the WAV file holds no samples`);
  const data = new Float32Array(frames * channels);
  if (format.encoding === 'float') decodeFloats(samples, sampleBytes, data, name);
  else decodeIntegers(samples, sampleBytes, data);
  return { sampleRate, channels, frames, data };
}

function findChunks(
  bytes: Uint8Array,
  name: string,
): { readonly format: WavFormat; readonly samples: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  checkHeader(bytes, name);
  let format: WavFormat | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const id = textAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const isOpen = id === 'data' && size === unknownSize;
    const end = isOpen ? bytes.length : start + size;
    if ((id === 'fmt ' || id === 'data') && end > bytes.length) {
      throw new UserError(
        `${name}: truncated WAV file: its ${id.trim()} chunk has ${bytes.length - start} of ${size} bytes`,
      );
    }
    if (id === 'fmt ') format = parseWavFormat(bytes.subarray(start, end), name);
    if (id === 'data') {
      if (format === undefined)
        throw new UserError(`${name}: damaged WAV file: no fmt chunk before its data`);
      return { format, samples: bytes.subarray(start, end) };
    }
    // Chunks start at even offsets; the padding byte does not count as content.
    at = end + (size % 2);
  }
  throw new UserError(`${name}: truncated WAV file: it ends before its ${format ? 'data' : 'fmt'} chunk`);
}

function checkHeader(bytes: Uint8Array, name: string): void {
  const form = textAt(bytes, 0);
  if (form === 'RIFX' || form === 'RF64') {
    throw new UserError(`${name}: ${form} files are not supported: convert it to a plain WAV file (RIFF)`);
  }
  if (form !== 'RIFF' || textAt(bytes, 8) !== 'WAVE') {
    throw new UserError(`${name}: not a WAV file: it does not start with RIFF and WAVE`);
  }
}

/** Four bytes as ASCII; shorter at the end of the file. */
function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Integers of n bytes are read into the upper n bytes of 32 bits, which keeps their sign. */
function decodeIntegers(bytes: Uint8Array, sampleBytes: number, data: Float32Array): void {
  if (sampleBytes === 1) {
    for (let i = 0; i < data.length; i++) data[i] = ((bytes[i] as number) - 128) / 128;
    return;
  }
  for (let i = 0, from = 0; i < data.length; i++) {
    let word = 0;
    for (let byte = 4 - sampleBytes; byte < 4; byte++) word |= (bytes[from++] as number) << (8 * byte);
    data[i] = word / 2147483648;
  }
}

function decodeFloats(bytes: Uint8Array, sampleBytes: number, data: Float32Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < data.length; i++) {
    const sample =
      sampleBytes === 4 ? view.getFloat32(i * sampleBytes, true) : view.getFloat64(i * sampleBytes, true);
    if (!Number.isFinite(sample)) {
      throw new UserError(`${name}: damaged WAV file: sample ${i} is ${sample}, no finite number`);
    }
    data[i] = sample;
  }
}
