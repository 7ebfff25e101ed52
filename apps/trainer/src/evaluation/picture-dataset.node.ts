import { existsSync } from 'node:fs';
import type { RawImage } from '@ssl/augment';
import type { ImageDataset } from '@ssl/data';
import { decodeImageFile } from '@ssl/data/node';
import { UserError } from '@ssl/errors';

/**
 * A data set of a few image files, in the order given, all decoded.
 *
 * @throws UserError that names the first file that is missing or cannot be decoded
 */
export async function openPictures(paths: readonly string[]): Promise<ImageDataset> {
  const images: RawImage[] = [];
  for (const path of paths) images.push(await decode(path));
  return {
    name: paths.join(', '),
    source: { kind: 'pictures' },
    length: images.length,
    channels: 3,
    fingerprint: '',
    read: (index) => Promise.resolve(images[index] as RawImage),
    close: () => Promise.resolve(),
  };
}

async function decode(path: string): Promise<RawImage> {
  if (!existsSync(path)) throw new UserError(`${path}: no such file`);
  try {
    return await decodeImageFile(path);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
