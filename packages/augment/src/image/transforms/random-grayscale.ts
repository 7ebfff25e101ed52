import { grayscale } from '../functional/grayscale.ts';
import { probability } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Takes the colour away; the number of channels stays. Source: torchvision.transforms.v2.RandomGrayscale. */
export const randomGrayscale = defineTransform({
  name: 'randomGrayscale',
  parameters: { probability: probability(0.1) },
  apply: (image) => (image.channels === 3 ? grayscale(image, 3) : image),
});
