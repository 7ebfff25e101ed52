import type { ImageSamples } from './image-samples.ts';

/**
 * Turns an image upright.
 *
 * @param orientation of Exif and TIFF, 1 to 8: where the first row and the first column of the file lie; other values
 * leave the image as it is
 */
export function orient(image: ImageSamples, orientation: number): ImageSamples {
  if (!(orientation >= 2 && orientation <= 8)) return image;
  const { height, width, channels, data } = image;
  const isTransposed = orientation >= 5;
  const [newHeight, newWidth] = isTransposed ? [width, height] : [height, width];
  const flipsRows = [3, 4, 6, 7].includes(orientation);
  const flipsColumns = [2, 3, 7, 8].includes(orientation);
  const turned = data.slice();
  let to = 0;
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [row, column] = isTransposed ? [x, y] : [y, x];
      const fromRow = flipsRows ? height - 1 - row : row;
      const fromColumn = flipsColumns ? width - 1 - column : column;
      const from = (fromRow * width + fromColumn) * channels;
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel] as number;
    }
  }
  return { height: newHeight, width: newWidth, channels, data: turned };
}
