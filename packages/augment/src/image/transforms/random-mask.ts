import { z } from 'zod';
import { erase } from '../functional/erase.ts';
import { pixels, probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Overwrites a share of the patches of a regular grid, the same number in each image; patches at the right and
 * lower border may be smaller. With patches of one pixel it is the masking noise of denoising autoencoders
 * (Vincent et al., 2008), with larger ones the masking of MAE (He et al., 2022).
 */
export const randomMask = defineTransform({
  name: 'randomMask',
  parameters: {
    /** Side of a patch in pixels. */
    patchSize: pixels.default(1),
    /** Share of patches that are masked, rounded to whole patches. */
    ratio: z.number().min(0).max(1),
    /** What masked samples become: one value, or one for each channel. */
    fill: z.union([z.number(), z.array(z.number()).readonly()]).default(0),
    probability: probability(1),
  },
  apply(image, { patchSize, ratio, fill }, random) {
    const columns = Math.ceil(image.width / patchSize);
    const patches = columns * Math.ceil(image.height / patchSize);
    const masked = random.permutation(patches).subarray(0, Math.round(ratio * patches));
    const boxes = Array.from(masked, (patch) => {
      const top = Math.floor(patch / columns) * patchSize;
      const left = (patch % columns) * patchSize;
      const height = Math.min(patchSize, image.height - top);
      return { top, left, height, width: Math.min(patchSize, image.width - left) };
    });
    return erase(image, boxes, typeof fill === 'number' ? () => fill : (channel) => fill[channel] ?? 0);
  },
});
