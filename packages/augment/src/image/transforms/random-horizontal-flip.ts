import { horizontalFlip } from '../functional/flip.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Mirrors left and right. Source: torchvision.transforms.v2.RandomHorizontalFlip. */
export const randomHorizontalFlip = defineTransform({
  name: 'randomHorizontalFlip',
  parameters: { probability: probability(0.5) },
  apply: horizontalFlip,
});
