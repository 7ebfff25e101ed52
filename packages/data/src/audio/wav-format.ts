import { UserError } from '@ssl/errors';

/** How the samples of a WAV file are stored. */
export interface WavFormat {
  readonly encoding: 'integer' | 'float';
  readonly channels: number;
  /** Frames per second, in Hz. */
  readonly sampleRate: number;
  /** Bytes per sample: 1 to 4 for integers, 4 or 8 for floats. */
  readonly sampleBytes: number;
}

/** Codecs by their tag in the `fmt ` chunk (RFC 2361 and Microsoft's mmreg.h). */
const codecs: ReadonlyMap<number, string> = new Map([
  [0x0002, 'Microsoft ADPCM'],
  [0x0006, 'A-law'],
  [0x0007, 'µ-law'],
  [0x0011, 'IMA ADPCM'],
  [0x0031, 'GSM 6.10'],
  [0x0040, 'G.721 ADPCM'],
  [0x0050, 'MPEG-1 layer I or II'],
  [0x0055, 'MP3'],
  [0x0064, 'G.726 ADPCM'],
  [0x00ff, 'AAC'],
  [0x0161, 'Windows Media Audio'],
  [0x674f, 'Ogg Vorbis'],
  [0xf1ac, 'FLAC'],
]);

const pcm = 1;
const ieeeFloat = 3;
const extensible = 0xfffe;

/** The last 14 bytes of the GUIDs of WAVE_FORMAT_EXTENSIBLE that stand for a tag; the tag is in the first two. */
const guidTail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/**
 * Parses the body of a `fmt ` chunk.
 *
 * @param name what error messages call the file
 * @throws UserError if the samples are compressed or the chunk makes no sense
 */
export function parseWavFormat(chunk: Uint8Array, name: string): WavFormat {
  if (chunk.length < 16) throw new UserError(`${name}: damaged WAV file: its fmt chunk is too short`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  const tag = formatTag(view, name);
  if (channels === 0) throw new UserError(`${name}: damaged WAV file: it has 0 channels`);
  if (sampleRate === 0) throw new UserError(`${name}: damaged WAV file: its sample rate is 0 Hz`);
  if (tag !== pcm && tag !== ieeeFloat) {
    const codec = codecs.get(tag) ?? `codec 0x${tag.toString(16).padStart(4, '0')}`;
    throw new UserError(
      `${name}: ${codec} samples are not supported: convert the file to 16-bit PCM, e.g. ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav`,
    );
  }
  const encoding = tag === pcm ? 'integer' : 'float';
  const sampleBytes = Math.ceil(bits / 8);
  const isKnown = encoding === 'integer' ? bits >= 1 && bits <= 32 : bits === 32 || bits === 64;
  if (!isKnown) {
    throw new UserError(
      `${name}: ${bits}-bit ${encoding} samples are not supported: convert the file to 16-bit PCM`,
    );
  }
  if (frameBytes !== channels * sampleBytes) {
    throw new UserError(
      `${name}: damaged WAV file: ${channels} channels of ${bits} bits cannot make frames of ${frameBytes} bytes`,
    );
  }
  return { encoding, channels, sampleRate, sampleBytes };
}

function formatTag(view: DataView, name: string): number {
  const tag = view.getUint16(0, true);
  if (tag !== extensible) return tag;
  if (view.byteLength < 40) {
    throw new UserError(`${name}: damaged WAV file: its extensible fmt chunk is too short`);
  }
  if (!guidTail.every((byte, index) => view.getUint8(26 + index) === byte)) {
    throw new UserError(`${name}: samples of an unknown subformat: convert the file to 16-bit PCM`);
  }
  return view.getUint16(24, true);
}
