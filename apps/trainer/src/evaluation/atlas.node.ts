import type { RawImage } from '@ssl/augment';
import type { ImageDataset } from '@ssl/data';
import type sharpFunction from 'sharp';

/** Thumbnails of images in one picture, row by row. */
export interface Atlas {
  /** A PNG file. */
  readonly png: Uint8Array;
  readonly columns: number;
  /** Side of a thumbnail in pixels. */
  readonly tileSize: number;
}

const largestTile = 48;

/**
 * Draws thumbnails of some images of a data set, in the order of `indices`. Images are cropped to squares of
 * their own size, at most 48 pixels a side.
 */
export async function drawAtlas(dataset: ImageDataset, indices: Int32Array): Promise<Atlas> {
  // Loaded when it is needed: a broken sharp must not keep other commands from running.
  const { default: sharp } = await import('sharp');
  const [height, width] = dataset.imageSize ?? [largestTile, largestTile];
  const tileSize = Math.min(largestTile, Math.max(height, width));
  const columns = Math.max(1, Math.ceil(Math.sqrt(indices.length)));
  const rows = Math.max(1, Math.ceil(indices.length / columns));
  const stride = columns * tileSize * 3;
  const pixels = Buffer.alloc(rows * tileSize * stride);
  for (const [position, index] of indices.entries()) {
    const tile = await drawTile(sharp, await dataset.read(index), tileSize);
    const left = (position % columns) * tileSize * 3;
    const top = Math.floor(position / columns) * tileSize;
    for (let y = 0; y < tileSize; y++) {
      tile.copy(pixels, (top + y) * stride + left, y * tileSize * 3, (y + 1) * tileSize * 3);
    }
  }
  const picture = sharp(pixels, { raw: { width: columns * tileSize, height: rows * tileSize, channels: 3 } });
  return { png: await picture.png({ compressionLevel: 9 }).toBuffer(), columns, tileSize };
}

/** RGB bytes of one thumbnail. */
async function drawTile(sharp: typeof sharpFunction, image: RawImage, size: number): Promise<Buffer> {
  const { height, width, data } = image;
  const channels = image.channels === 1 ? 1 : 3;
  return sharp(data, { raw: { width, height, channels } })
    .resize(size, size, { fit: 'cover' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}
