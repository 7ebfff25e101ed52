import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';

import type { RawImage } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import type sharpFunction from 'sharp';

import { errorCode } from './file-system.node.ts';
import { isTiff } from './formats/tiff-directory.ts';
import { describeStack, readTiff, type TiffPage } from './formats/tiff.ts';
import { endsWhole, readImageHeader } from './image-header.ts';
import type { ValueType } from './value-types.ts';

/** What a look at an image file found: its size, or why it cannot be used. */
export type ImageInspection =
  | {
      readonly height: number;
      readonly width: number;
      /** As it is decoded at the depth of the file: 3 for pictures of at most 8 bits. */
      readonly channels: number;
      readonly valueType: ValueType;
      /** Whether `decodeImageFile` gives the same: a JPEG, PNG or WebP of 8 bits. */
      readonly isPicture: boolean;
      /** Of its length and its first and last bytes. */
      readonly digest: string;
    }
  | { /** A few words: `truncated`. */ readonly problem: string };

/** Bytes looked at, at either end of a file. */
const endLength = 4096;
/** What sharp decodes at most: a larger image is most often a mistake, and would fill the memory. */
const mostPixels = 0x3fff * 0x3fff;

let loadedSharp: Promise<typeof sharpFunction> | undefined;

/**
 * sharp is loaded with the first image, so that other data sets need not have it. Its settings are the process's:
 * one thread an image, for many images are decoded side by side, and no cache, for it would serve files as they
 * were before they were changed.
 */
export function loadSharp(): Promise<typeof sharpFunction> {
  loadedSharp ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loadedSharp;
}

/**
 * Looks whether a file is a whole JPEG, PNG, WebP or TIFF image (whatever its name says), without decoding it where
 * its ends settle the matter. The pages of a TIFF count as the channels of one image. Never throws.
 */
export async function inspectImageFile(path: string): Promise<ImageInspection> {
  let isWhole = true;
  try {
    const { length, head, tail } = await readEnds(path);
    if (length === 0) return { problem: 'empty' };
    const digest = createHash('sha256').update(`${length}\n`).update(head).update(tail).digest('hex');
    if (isTiff(head)) return { ...inspectTiff(await readFile(path)), digest };
    const header = readImageHeader(head);
    if (!header) return { problem: 'not a JPEG, PNG, WebP or TIFF image' };
    isWhole = endsWhole(header, head, tail, length);
    const { height, width } = header.size ?? (await readSize(path));
    if (height * width > mostPixels) return { problem: `${width}×${height} pixels, too large` };
    if (!isWhole) await decodeImageFile(path);
    const kind = header.isDeep
      ? ({ channels: header.isGrey ? 1 : 3, valueType: 'uint16', isPicture: false } as const)
      : ({ channels: 3, valueType: 'uint8', isPicture: true } as const);
    return { height, width, ...kind, digest };
  } catch (error) {
    const code = errorCode(error);
    if (code !== '') return { problem: code === 'ENOENT' ? 'missing' : `unreadable: ${code}` };
    if (isUserError(error)) return { problem: error.message };
    // libvips' own words are of no use here: they mix with those on other images that fail at the same time.
    return { problem: isWhole ? 'damaged' : 'truncated' };
  }
}

/**
 * What a TIFF file holds.
 *
 * @throws UserError if it is of a kind that is not read
 * @throws Error if it is damaged
 */
function inspectTiff(bytes: Uint8Array): Omit<Exclude<ImageInspection, { problem: string }>, 'digest'> {
  const pages = readTiff(bytes, 'TIFF');
  const { height, width, channels, sampleType } = describeStack(pages, 'TIFF');
  const [first] = pages as [TiffPage];
  const isShallow = pages.length === 1 && first.picture === 'shallow';
  for (const page of pages) page.check(isShallow);
  return { height, width, channels: isShallow ? 3 : channels, valueType: sampleType, isPicture: false };
}

export interface DecodeImageFileOptions {
  /** What to call the file in errors. Default: its path, or `image`. */
  readonly name?: string;
  /** Which image of a multi-page file, from 0 (default). */
  readonly page?: number;
}

/**
 * Decodes an image file: sRGB, 8 bits, 3 channels, upright (Exif orientation applied), transparency on white.
 * 16-bit samples are reduced, CMYK and embedded profiles converted; of an animation, the first frame.
 *
 * @param file its path or its bytes
 * @throws Error that names the file if it cannot be read or is damaged
 */
export async function decodeImageFile(
  file: string | Uint8Array,
  { name = typeof file === 'string' ? file : 'image', page = 0 }: DecodeImageFileOptions = {},
): Promise<RawImage> {
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(file, { failOn: 'error', ...(page > 0 && { page }) })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, channels: info.channels, data };
  } catch (error) {
    throw new Error(`cannot decode ${name}: ${messageOf(error)}`, { cause: error });
  }
}

async function readSize(path: string): Promise<{ height: number; width: number }> {
  const sharp = await loadSharp();
  const { autoOrient } = await sharp(path).metadata();
  return autoOrient;
}

async function readEnds(path: string): Promise<{ length: number; head: Uint8Array; tail: Uint8Array }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (from: number, to: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(to - from), 0, to - from, from);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, Math.min(size, endLength));
    return { length: size, head, tail: size > endLength ? await read(size - endLength, size) : head };
  } finally {
    await file.close();
  }
}

/** The message of an error of sharp's in one line: sharp's messages have a line for each of libvips'. */
export function messageOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .trim()
    .replace(/\s*\n\s*/g, '; ');
}
