import { z } from 'zod';
import { normalize as normalizeImage } from '../functional/normalize.ts';
import { defineTransform, transformError } from '../transform.ts';

/** `(x − mean) / std`, channel by channel. Source: torchvision.transforms.v2.Normalize. */
export const normalize = defineTransform({
  name: 'normalize',
  parameters: {
    mean: z.array(z.number()).readonly(),
    std: z.array(z.number().positive()).readonly(),
  },
  outputSize(input, { mean, std }) {
    if (mean.length === input.channels && std.length === input.channels) return input;
    throw transformError(
      'normalize',
      `${mean.length} means and ${std.length} standard deviations for images of ${input.channels} channels; ` +
        `give ${input.channels} of each`,
    );
  },
  apply: normalizeImage,
});
