import { getModality, type Picture } from '@ssl/augment';
import type { Dataset } from '@ssl/data';
import type sharpFunction from 'sharp';

/** Thumbnails of samples in one picture, row by row. */
export interface Atlas {
  /** A PNG file. */
  readonly png: Uint8Array;
  readonly columns: number;
  /** Side of a thumbnail in pixels. */
  readonly tileSize: number;
}

const largestTile = 48;

/**
 * Draws thumbnails of some samples of a data set, in the order of `indices`. Pictures are cropped to squares of
 * their own size, at most 48 pixels a side.
 *
 * @returns nothing for samples that have no picture, such as texts
 */
export async function drawAtlas(dataset: Dataset, indices: Int32Array): Promise<Atlas | undefined> {
  const pictureOf = async (index: number): Promise<Picture | undefined> => {
    const sample = await dataset.read(index);
    return getModality(sample.modality).preview(sample).picture;
  };
  const first = indices.length > 0 ? await pictureOf(indices[0] as number) : undefined;
  if (first === undefined) return undefined;
  // Loaded when it is needed: a broken sharp must not keep other commands from running.
  const { default: sharp } = await import('sharp');
  const isUniform = dataset.samples.shape.every((size) => size !== null);
  const tileSize = isUniform ? Math.min(largestTile, Math.max(first.height, first.width)) : largestTile;
  const columns = Math.max(1, Math.ceil(Math.sqrt(indices.length)));
  const rows = Math.max(1, Math.ceil(indices.length / columns));
  const stride = columns * tileSize * 3;
  const pixels = Buffer.alloc(rows * tileSize * stride);
  for (const [position, index] of indices.entries()) {
    const picture = await pictureOf(index);
    if (picture === undefined) continue;
    const tile = await drawTile(sharp, picture, tileSize);
    const left = (position % columns) * tileSize * 3;
    const top = Math.floor(position / columns) * tileSize;
    for (let y = 0; y < tileSize; y++) {
      tile.copy(pixels, (top + y) * stride + left, y * tileSize * 3, (y + 1) * tileSize * 3);
    }
  }
  const sheet = sharp(pixels, { raw: { width: columns * tileSize, height: rows * tileSize, channels: 3 } });
  return { png: await sheet.png({ compressionLevel: 9 }).toBuffer(), columns, tileSize };
}

/** RGB bytes of one thumbnail. */
async function drawTile(sharp: typeof sharpFunction, picture: Picture, size: number): Promise<Buffer> {
  const { height, width, data, channels } = picture;
  return sharp(data, { raw: { width, height, channels } })
    .resize(size, size, { fit: 'cover' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}
