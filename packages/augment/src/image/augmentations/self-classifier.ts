import type { InputSpec } from '../../input-spec.ts';
import type { ImageTransformSpec } from '../image-transforms.ts';
import { defineAugmentation } from './define.ts';
import { cropRatio, localSizeOf, needsColour, sizeOf } from './sizes.ts';

const source = 'Amrani et al., 2022; elad-amrani/self-classifier at 3935138, src/utils.py DataAugmentation';

/**
 * Self-Classifier's views of ImageNet with local crops: global crops of 40 to 100 %, local ones of 5 to 40 %, resized
 * bicubically. The first global crop is blurred with probability 0.1; the second always, and solarised with
 * probability 0.2.
 *
 * The kernels hold the whole Gaussian; Pillow's, which the authors use, approximates it by three box blurs.
 */
export const selfClassifierImagenet = defineAugmentation({
  name: 'self-classifier-imagenet',
  description:
    'asymmetric global crops of 40 to 100 % and local crops of 5 to 40 %, with blur and solarisation',
  source,
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: cropAndColour(input, sizeOf(input), [0.4, 1]),
    alternately: [[blur(0.1)], [blur(1), solarize]],
    local: [...cropAndColour(input, localSizeOf(input), [0.05, 0.4]), blur(0.5)],
  }),
});

/** The same without local crops, for which the authors advise a wider range of the global ones. */
export const selfClassifierImagenetGlobal = defineAugmentation({
  name: 'self-classifier-imagenet-global',
  description: 'asymmetric global crops of 14 to 100 %, with blur and solarisation',
  source,
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: cropAndColour(input, sizeOf(input), [0.14, 1]),
    alternately: [[blur(0.1)], [blur(1), solarize]],
  }),
});

/** Pillow's `ImageOps.solarize` inverts bytes from 128. */
const solarize = { name: 'randomSolarize', threshold: 128 / 255, probability: 0.2 } as const;

function blur(probability: number) {
  return { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability } as const;
}

function cropAndColour(
  input: InputSpec,
  size: readonly [number, number],
  scale: readonly [number, number],
): ImageTransformSpec[] {
  return [
    { name: 'randomResizedCrop', size, scale, ratio: cropRatio(input), interpolation: 'bicubic' },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 },
    { name: 'randomGrayscale', probability: 0.2 },
  ];
}
