import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ImageSample } from '@ssl/augment';
import { describeImageArray, imageOfArray, readNpy, type Dataset, type ValueRange } from '@ssl/data';
import { decodeImageDeep } from '@ssl/data/node';
import { UserError } from '@ssl/errors';

type ImageValues = Pick<ImageSample, 'height' | 'width' | 'channels' | 'data'>;

/** A decoded file. */
export interface OpenedPicture extends ImageValues {
  readonly path: string;
}

/**
 * Decodes a few image files at their depth: JPEG, PNG, WebP, TIFF (its pages are channels), or an array
 * `[height, width]` or `[height, width, channels]` in an `.npy` file.
 *
 * @throws UserError that names the first file that is missing or cannot be decoded
 */
export async function openPictures(paths: readonly string[]): Promise<readonly OpenedPicture[]> {
  const pictures: OpenedPicture[] = [];
  for (const path of paths) {
    const { height, width, channels, data } = await decode(path);
    pictures.push({ path, height, width, channels, data });
  }
  return pictures;
}

/**
 * A data set of decoded files, in the order given.
 *
 * @param range the values of 16-bit and float images that count as 0 and 1: those of the run. Default: all 16 bits
 * @throws UserError for an image of floats where there is no range
 */
export function pictureDataset(pictures: readonly OpenedPicture[], range: ValueRange | undefined): Dataset {
  const images = pictures.map(({ path, ...image }): ImageSample => {
    return { modality: 'image', ...image, range: rangeOf(path, image, range) };
  });
  return {
    name: pictures.map(({ path }) => path).join(', '),
    source: { kind: 'pictures' },
    length: images.length,
    samples: { modality: 'image', shape: [null, null, images[0]?.channels ?? 3] },
    fingerprint: '',
    read: (index) => Promise.resolve(images[index] as ImageSample),
    close: () => Promise.resolve(),
  };
}

function rangeOf(path: string, { data }: ImageValues, range: ValueRange | undefined): ValueRange {
  if (data instanceof Uint8Array) return [0, 255];
  if (range !== undefined) return range;
  if (data instanceof Uint16Array) return [0, 0xffff];
  throw new UserError(
    `${path}: an image of floats has no place in this run, which was trained on images of 8 bits; convert it`,
  );
}

async function decode(path: string): Promise<ImageValues> {
  if (!existsSync(path)) throw new UserError(`${path}: no such file`);
  try {
    if (path.toLowerCase().endsWith('.npy')) return decodeArray(await readFile(path), path);
    return await decodeImageDeep(path, { page: 'all' });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function decodeArray(bytes: Uint8Array, path: string): ImageValues {
  const { shape, dtype, data } = readNpy(bytes, path);
  if (shape.length !== 2 && shape.length !== 3) {
    throw new UserError(
      `${path}: expected one image [height, width] or [height, width, channels], got ${dtype} [${shape.join(', ')}]; "ssl embed" takes many`,
    );
  }
  const stacked = { shape: [1, ...shape], dtype, data };
  return imageOfArray(stacked, describeImageArray(stacked.shape, dtype, path), 0, path);
}
