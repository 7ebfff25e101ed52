import { existsSync } from 'node:fs';
import type { ImageSample } from '@ssl/augment';
import { byteImage, type Dataset } from '@ssl/data';
import { decodeImageFile } from '@ssl/data/node';
import { UserError } from '@ssl/errors';

/**
 * A data set of a few image files, in the order given, all decoded.
 *
 * @throws UserError that names the first file that is missing or cannot be decoded
 */
export async function openPictures(paths: readonly string[]): Promise<Dataset> {
  const images: ImageSample[] = [];
  for (const path of paths) images.push(await decode(path));
  return {
    name: paths.join(', '),
    source: { kind: 'pictures' },
    length: images.length,
    samples: { modality: 'image', shape: [null, null, 3] },
    fingerprint: '',
    read: (index) => Promise.resolve(images[index] as ImageSample),
    close: () => Promise.resolve(),
  };
}

async function decode(path: string): Promise<ImageSample> {
  if (!existsSync(path)) throw new UserError(`${path}: no such file`);
  try {
    return byteImage(await decodeImageFile(path));
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
