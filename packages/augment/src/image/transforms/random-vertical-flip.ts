import { verticalFlip } from '../functional/flip.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Mirrors top and bottom. Source: torchvision.transforms.v2.RandomVerticalFlip. */
export const randomVerticalFlip = defineTransform({
  name: 'randomVerticalFlip',
  parameters: { probability: probability(0.5) },
  apply: verticalFlip,
});
