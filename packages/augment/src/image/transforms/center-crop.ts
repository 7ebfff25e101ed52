import { centerBox, crop } from '../functional/crop.ts';
import type { FloatImage, RawImage } from '../image.ts';
import { heightAndWidth, size, withSize } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/**
 * Cuts out the middle; an image that is smaller gets a border of zeros.
 *
 * Source: torchvision.transforms.v2.CenterCrop.
 */
export const centerCrop = defineTransform({
  name: 'centerCrop',
  parameters: { size },
  outputSize: (input, parameters) => withSize(input, heightAndWidth(parameters.size)),
  apply: cropCenter,
  applyToBytes: cropCenter,
});

function cropCenter(
  image: RawImage | FloatImage,
  parameters: { readonly size: number | readonly [number, number] },
): FloatImage {
  return crop(image, centerBox(image, heightAndWidth(parameters.size)));
}
