import { open } from 'node:fs/promises';

import { UserError } from '@ssl/errors';

import { bytesOf, unreadable } from '../file-system.node.ts';
import { decodeImageFile, loadSharp, messageOf } from '../image-file.node.ts';
import { readImageHeader } from '../image-header.ts';
import type { ImageSamples } from './image-samples.ts';
import { onWhite } from './on-white.ts';
import { isTiff } from './tiff-directory.ts';
import { describeStack, readTiff, type TiffPage } from './tiff.ts';

/** An image of a file, at the depth of the file. */
export interface DeepImage extends ImageSamples {
  /** Images in the file: of a TIFF, without thumbnails and masks; 1 for other formats. */
  readonly pages: number;
}

/** What an image file holds. */
export interface DeepImageDescription {
  /** Of the upright image, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly sampleType: 'uint8' | 'uint16' | 'float32';
  readonly pages: number;
}

export interface DecodeImageDeepOptions {
  /**
   * Which page of a TIFF, from 0 (default), or `all`: the pages, which must have one size and type, stacked as the
   * channels of one image. Stacked grey pages have one channel each at 8 bits as well.
   */
  readonly page?: number | 'all';
  /** What to call the file in errors. Default: its path, or `image`. */
  readonly name?: string;
}

/** Bytes that tell the format: the signature, and IHDR of a PNG. */
const headLength = 64;

/** What the ways of decoding need to know of a file. */
type Format = 'picture' | 'deep-png' | 'tiff';

/**
 * Decodes a JPEG, PNG, WebP or TIFF image at the depth of the file, upright (Exif and TIFF orientation applied),
 * transparency of grey and RGB images on white.
 *
 * - Pictures of at most 8 bits are what {@link decodeImageFile} makes of them: sRGB, uint8, 3 channels, grey ones too.
 * - 16-bit PNG: uint16, 1 channel (grey) or 3. Values are those of the file: no embedded profile is applied, 12-bit values
 *   stay between 0 and 4095.
 * - TIFF of other depths or channels: uint8, uint16 or float32 with the channels of the file, chunky or planar, values as
 *   they are stored. Signed integers, those of 32 bits, and float64 become float32. "0 is white" is inverted.
 *
 * @param file its path or its bytes
 * @throws UserError if the file cannot be read, is of another format, has no such page, or is a TIFF of a kind that is not
 * read (palette, CMYK, YCbCr or CIELab of more than 8 bits, complex numbers)
 * @throws Error that names the file if it is damaged
 */
export async function decodeImageDeep(
  file: string | Uint8Array,
  { page = 0, name = typeof file === 'string' ? file : 'image' }: DecodeImageDeepOptions = {},
): Promise<DeepImage> {
  const bytes = typeof file === 'string' ? await bytesOf(file) : file;
  const format = formatOf(bytes, name);
  if (format === 'tiff') return decodeTiff(bytes, page, name);
  if (page !== 0 && page !== 'all') throw noSuchPage(name, page, 1);
  const image =
    format === 'deep-png'
      ? await decodeDeepPicture(bytes, name, isGreyPng(bytes))
      : await decodePicture(bytes, name);
  return { ...image, pages: 1 };
}

/**
 * What {@link decodeImageDeep} would give for page 0, from the file's header.
 *
 * @throws as decodeImageDeep; damage in the pixels is not found
 */
export async function describeImageDeep(
  file: string | Uint8Array,
  name = typeof file === 'string' ? file : 'image',
): Promise<DeepImageDescription> {
  const head = await headOf(file);
  const format = formatOf(head, name);
  if (format === 'tiff') {
    const pages = readTiff(typeof file === 'string' ? await bytesOf(file) : file, name);
    const { height, width, channels, sampleType, picture } = pageAt(pages, 0, name);
    return { height, width, channels: picture === 'shallow' ? 3 : channels, sampleType, pages: pages.length };
  }
  const sharp = await loadSharp();
  try {
    const { height, width } = (await sharp(file).metadata()).autoOrient;
    if (format === 'picture') return { height, width, channels: 3, sampleType: 'uint8', pages: 1 };
    return { height, width, channels: isGreyPng(head) ? 1 : 3, sampleType: 'uint16', pages: 1 };
  } catch (error) {
    throw new Error(`cannot decode ${name}: ${messageOf(error)}`, { cause: error });
  }
}

async function headOf(file: string | Uint8Array): Promise<Uint8Array> {
  if (typeof file !== 'string') return file.subarray(0, headLength);
  let handle;
  try {
    handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headLength), 0, headLength, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    await handle?.close();
  }
}

function formatOf(bytes: Uint8Array, name: string): Format {
  if (isTiff(bytes)) return 'tiff';
  const header = readImageHeader(bytes.subarray(0, headLength));
  if (!header) throw new UserError(`${name}: expected a JPEG, PNG, WebP or TIFF image`);
  const bitDepth = bytes[24];
  return header.format === 'png' && bitDepth === 16 ? 'deep-png' : 'picture';
}

async function decodePicture(bytes: Uint8Array, name: string, page = 0): Promise<ImageSamples> {
  const { height, width, channels, data } = await decodeImageFile(bytes, { name, page });
  return { height, width, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

async function decodeDeepPicture(
  bytes: Uint8Array,
  name: string,
  isGrey: boolean,
  page = 0,
): Promise<ImageSamples> {
  const sharp = await loadSharp();
  try {
    // Without the color space, sharp reduces the samples to 8 bits, and then says `ushort` all the same.
    const { data, info } = await sharp(bytes, { failOn: 'error', ignoreIcc: true, ...(page > 0 && { page }) })
      .autoOrient()
      .toColourspace(isGrey ? 'grey16' : 'rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const { height, width, channels } = info;
    const samples = { height, width, channels, data: uint16Of(data) };
    // sharp's own `flatten` takes 65280 for white.
    return channels === 2 || channels === 4 ? onWhite(samples, 0xffff) : samples;
  } catch (error) {
    throw new Error(`cannot decode ${name}: ${messageOf(error)}`, { cause: error });
  }
}

async function decodeTiff(bytes: Uint8Array, page: number | 'all', name: string): Promise<DeepImage> {
  const pages = readTiff(bytes, name);
  if (page === 'all' && pages.length > 1) return stackPages(pages, name);
  const wanted = pageAt(pages, page === 'all' ? 0 : page, name);
  return { ...(await decodeTiffPage(bytes, wanted, name)), pages: pages.length };
}

async function decodeTiffPage(bytes: Uint8Array, page: TiffPage, name: string): Promise<ImageSamples> {
  if (page.picture === 'shallow') return decodePicture(bytes, name, page.directory);
  if (page.picture === 'deep') return decodeDeepPicture(bytes, name, page.channels === 1, page.directory);
  return page.read();
}

function stackPages(pages: readonly TiffPage[], name: string): DeepImage {
  const { height, width, channels, sampleType } = describeStack(pages, name);
  const type = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array }[sampleType];
  const data = new type(height * width * channels);
  let offset = 0;
  for (const page of pages) {
    const own = page.read();
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let channel = 0; channel < own.channels; channel++) {
        data[pixel * channels + offset + channel] = own.data[pixel * own.channels + channel] as number;
      }
    }
    offset += own.channels;
  }
  return { height, width, channels, data, pages: pages.length };
}

function pageAt(pages: readonly TiffPage[], page: number, name: string): TiffPage {
  const found = pages[page];
  if (!found) throw noSuchPage(name, page, pages.length);
  return found;
}

function noSuchPage(name: string, page: number, pages: number): UserError {
  return new UserError(`${name}: expected a page from 0 to ${pages - 1}, got ${page}`);
}

/** By the color type in IHDR: 0 is grey, 4 grey with alpha. */
function isGreyPng(bytes: Uint8Array): boolean {
  return bytes[25] === 0 || bytes[25] === 4;
}

function uint16Of(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
}
