import * as tf from '@tensorflow/tfjs-core';

/**
 * Cuts images into square patches, row by row; within a patch the values run by row, column and channel, the channel
 * fastest (He et al., MAE, 2022; facebookresearch/mae@efb2a80, `patchify`).
 *
 * @param images `[batch, height, width, channels]`
 * @param patchSize side of a patch in pixels; must divide height and width
 * @returns `[batch, patches, patchSize² · channels]`
 * @throws Error for images that patches of this size do not tile
 */
export function patchify(images: tf.Tensor4D, patchSize: number): tf.Tensor3D {
  const [batch, height, width, channels] = images.shape;
  if (images.rank !== 4 || !tiles(patchSize, height) || !tiles(patchSize, width)) {
    throw new Error(
      'patchify: expected images [batch,height,width,channels] whose sides are multiples of the patch size ' +
        `${patchSize}, got [${images.shape.join(',')}]`,
    );
  }
  const [rows, columns] = [height / patchSize, width / patchSize];
  return tf.tidy(() => {
    // A line of a patch is contiguous in the image: patches are made by moving whole lines.
    const lines = tf.reshape(images, [batch * rows, patchSize, columns, patchSize * channels]);
    const patches = tf.transpose(lines, [0, 2, 1, 3]);
    return tf.reshape(patches, [batch, rows * columns, patchSize * patchSize * channels]);
  });
}

/**
 * Puts patches together again: the inverse of {@link patchify}.
 *
 * @param patches `[batch, patches, patchSize² · channels]`
 * @param patchSize side of a patch in pixels
 * @param imageSize `[height, width]`, multiples of the patch size
 * @returns `[batch, height, width, channels]`
 * @throws Error for patches that do not fill such images
 */
export function unpatchify(
  patches: tf.Tensor3D,
  patchSize: number,
  [height, width]: readonly [number, number],
): tf.Tensor4D {
  const [batch, count, values] = patches.shape;
  const [rows, columns] = [height / patchSize, width / patchSize];
  const channels = values / (patchSize * patchSize);
  const fits = tiles(patchSize, height) && tiles(patchSize, width) && Number.isInteger(channels);
  if (patches.rank !== 3 || !fits || count !== rows * columns) {
    throw new Error(
      `unpatchify: expected patches [batch,${rows * columns},${patchSize * patchSize}·channels] for images of ` +
        `${height}×${width} pixels and patch size ${patchSize}, got [${patches.shape.join(',')}]`,
    );
  }
  return tf.tidy(() => {
    const lines = tf.reshape(patches, [batch * rows, columns, patchSize, patchSize * channels]);
    return tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [batch, height, width, channels]);
  });
}

function tiles(patchSize: number, side: number): boolean {
  return Number.isInteger(patchSize) && patchSize >= 1 && Number.isInteger(side) && side % patchSize === 0;
}
