import { invert } from '../functional/tone.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Takes the negative. Source: torchvision.transforms.v2.RandomInvert. */
export const randomInvert = defineTransform({
  name: 'randomInvert',
  parameters: { probability: probability(0.5) },
  apply: invert,
});
