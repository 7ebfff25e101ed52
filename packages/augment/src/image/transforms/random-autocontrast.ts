import { autocontrast } from '../functional/tone.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Stretches each channel to [0, 1]. Source: torchvision.transforms.v2.RandomAutocontrast. */
export const randomAutocontrast = defineTransform({
  name: 'randomAutocontrast',
  parameters: { probability: probability(0.5) },
  apply: autocontrast,
});
