import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

import { isUserError, UserError } from '@ssl/errors';

import type { DatasetSource } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { bytesOf } from '../file-system.node.ts';
import { decodeImageDeep } from '../formats/decode-image-deep.node.ts';
import { checkFinite, type ImageSamples } from '../formats/image-samples.ts';
import { isTiff } from '../formats/tiff-directory.ts';
import { readTiff, type TiffPage } from '../formats/tiff.ts';
import { measureRange } from '../formats/value-range.ts';
import { attachPackedSamples, createPackedSamples } from '../packed-samples.ts';
import { bytesPerValue, valuesIn, valueTypeOf } from '../value-types.ts';

/** The source of a TIFF file of many images. */
export interface TiffStackSource extends DatasetSource {
  readonly kind: 'tiff-stack';
  /** The file. */
  readonly path: string;
}

/**
 * One TIFF file whose pages are the samples, as microscopes and cameras write series: all of one size, type and number
 * of channels, without labels. Grey pages have one channel, at 8 bits as well. (In a folder, a file is one sample, and
 * its pages are its channels.) Everything is held in memory once, for all threads.
 */
export const tiffStack: DatasetKind<TiffStackSource> = {
  kind: 'tiff-stack',
  accepts: 'a TIFF file of many pages, each of them one image',

  recognize: ({ path, entry }) =>
    entry === 'file' && ['.tif', '.tiff'].includes(extname(path).toLowerCase())
      ? { kind: 'tiff-stack', path }
      : undefined,

  splits: () => Promise.resolve(['train']),

  async open(source, { range: given }) {
    const path = sourceText(source, 'path');
    const images = await readPages(await bytesOf(path), basename(path));
    const [first] = images as [ImageSamples];
    const { height, width, channels } = first;
    const valueType = valueTypeOf(first.data);
    const size = first.data.length;
    const buffer = new SharedArrayBuffer(images.length * size * bytesPerValue(valueType));
    const values = valuesIn(buffer, valueType, 0, images.length * size);
    for (const [page, { data }] of images.entries()) values.set(data, page * size);
    const placeOf = (page: number): string => `${basename(path)}, page ${page}`;
    const read = (page: number): ImageSamples => images[page] as ImageSamples;
    const range =
      valueType === 'uint8'
        ? undefined
        : (given ?? (await measureRange({ length: images.length, read, placeOf })));
    const hash = createHash('sha256').update(`tiff-stack\n${valueType}\n${height},${width},${channels}\n`);
    return createPackedSamples({
      ...{ kind: 'tiff-stack', name: `${basename(path)} (train)`, length: images.length, valueType, buffer },
      source: { ...source, split: 'train', ...(range && { range }) },
      samples: { modality: 'image', shape: [height, width, channels], ...(range && { range }) },
      fingerprint: hash.update(new Uint8Array(buffer)).digest('hex'),
    });
  },

  attach: (shared) => Promise.resolve(attachPackedSamples(shared)),
};

/** All pages, decoded; of one size, type and number of channels. */
async function readPages(bytes: Uint8Array, name: string): Promise<readonly ImageSamples[]> {
  if (!isTiff(bytes.subarray(0, 8)))
    throw new UserError(`${name}: expected a TIFF file, its first bytes are no TIFF's`);
  try {
    const pages = readTiff(bytes, name);
    const readsItself = pages.every((page) => page.picture !== 'shallow' || canRead(page));
    const images: ImageSamples[] = [];
    for (const [index, page] of pages.entries()) {
      const image = readsItself ? page.read() : await decodeImageDeep(bytes, { page: index, name });
      checkFinite(image, `${name}, page ${index}`);
      images.push(image);
      const [described, first] = [image, images[0] as ImageSamples].map(
        (one) => `${valueTypeOf(one.data)} ${one.width}×${one.height}×${one.channels}`,
      );
      if (described !== first) {
        throw new UserError(
          `${name}: expected pages of one size and type, each of them an image, got ${first} and ${described} (page ${index}): ` +
            'put the images into files of their own, in a folder',
        );
      }
    }
    if (images.length === 0) throw new UserError(`${name} has no page`);
    return images;
  } catch (error) {
    if (isUserError(error)) throw error;
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Whether a page of at most 8 bits is read without an image library: it is grey or RGB, and not JPEG. */
function canRead(page: TiffPage): boolean {
  try {
    page.check(false);
    return true;
  } catch {
    return false;
  }
}
