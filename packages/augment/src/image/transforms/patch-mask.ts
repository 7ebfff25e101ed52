import { z } from 'zod';
import { defineTransform, transformError } from '../image-transform.ts';
import { pixels } from '../parameters.ts';

/**
 * Chooses the patches that a masked autoencoder hides; the image stays as it is. Gives the view two targets:
 * `keep`, the indices of the patches that stay visible, `[kept]` int32 in random order, and `mask`, `[patches]` float32
 * with 1 where a patch is hidden. Patches are counted row by row.
 *
 * Source: MAE (He et al., CVPR 2022), `random_masking` of models_mae.py: ⌊patches · (1 − ratio)⌋ patches are kept.
 */
export const patchMask = defineTransform({
  name: 'patchMask',
  parameters: {
    /** Sides of a patch in pixels, `[height, width]`. */
    patchSize: z.tuple([pixels, pixels]).readonly(),
    /** Share of patches that are hidden. */
    ratio: z.number().min(0).lt(1),
  },
  outputSize(input, { patchSize, ratio }) {
    const [height, width] = patchSize;
    if (input.height % height !== 0 || input.width % width !== 0) {
      throw transformError(
        'patchMask',
        `patches of ${height}×${width} do not divide ${input.height}×${input.width}; use another input size`,
      );
    }
    if (keptPatches((input.height / height) * (input.width / width), ratio) === 0) {
      throw transformError('patchMask', `a ratio of ${ratio} leaves no patch visible; lower it`);
    }
    return input;
  },
  apply(image, { patchSize, ratio }, random, { setTarget }) {
    const patches = (image.height / patchSize[0]) * (image.width / patchSize[1]);
    const keep = random.permutation(patches).slice(0, keptPatches(patches, ratio));
    const mask = new Float32Array(patches).fill(1);
    for (const patch of keep) mask[patch] = 0;
    setTarget('keep', { shape: [keep.length], data: keep });
    setTarget('mask', { shape: [patches], data: mask });
    return image;
  },
});

function keptPatches(patches: number, ratio: number): number {
  return Math.floor(patches * (1 - ratio));
}
