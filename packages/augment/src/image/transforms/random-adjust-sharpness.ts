import { z } from 'zod';
import { adjustSharpness } from '../functional/adjust-sharpness.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Makes images smoother or sharper. Source: torchvision.transforms.v2.RandomAdjustSharpness. */
export const randomAdjustSharpness = defineTransform({
  name: 'randomAdjustSharpness',
  parameters: {
    /** 0 is smooth, 1 leaves the image as it is, 2 is sharp. */
    sharpnessFactor: z.number().min(0),
    probability: probability(0.5),
  },
  apply: (image, { sharpnessFactor }) => adjustSharpness(image, sharpnessFactor),
});
