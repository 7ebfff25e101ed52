import { createHash } from 'node:crypto';

import { resample } from '@ssl/augment';
import { isUserError } from '@ssl/errors';

import { readWav } from './audio/read-wav.ts';
import { toMono } from './audio/to-mono.ts';
import { bytesOf, errorCode } from './file-system.node.ts';
import type { FileInspection } from './folder-files.node.ts';

/** What is known of a WAV file. */
export interface WavDescription {
  /** In Hz. */
  readonly sampleRate: number;
  /** Samples per channel. */
  readonly frames: number;
  /** Of its content. */
  readonly digest: string;
}

/** Reads a WAV file as a whole, so that whatever is wrong with it is known. Never throws. */
export async function inspectWavFile(path: string): Promise<FileInspection<WavDescription>> {
  try {
    const bytes = await bytesOf(path);
    if (bytes.length === 0) return { problem: 'empty' };
    const { sampleRate, frames } = readWav(bytes, path);
    return { sampleRate, frames, digest: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    const { message } = error as Error;
    if (isUserError(error)) return { problem: message.replace(`${path}: `, '') };
    const code = errorCode(error);
    return { problem: code === '' ? message : `unreadable: ${code}` };
  }
}

/**
 * A WAV file as one channel, the mean of all, at a sample rate.
 *
 * @returns `[ceil(frames × sampleRate / rate of the file)]`
 * @throws UserError that names the file if it cannot be read or decoded
 */
export async function decodeWavFile(path: string, sampleRate: number): Promise<Float32Array> {
  const audio = readWav(await bytesOf(path), path);
  return resample(toMono(audio), audio.sampleRate, sampleRate);
}
