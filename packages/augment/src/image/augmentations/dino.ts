import type { InputSpec } from '../../input-spec.ts';
import type { ImageTransformSpec } from '../image-transforms.ts';
import { defineAugmentation } from './define.ts';
import { cropRatio, localSizeOf, needsColour, sizeOf } from './sizes.ts';

/**
 * DINO's multi-crop (Caron et al., ICCV 2021; facebookresearch/dino at 7c446df, main_dino.py `DataAugmentationDINO`):
 * global crops of 40 to 100 %, local ones of 5 to 40 %, resized bicubically. The first global crop is always blurred;
 * the second with probability 0.1, and solarised with probability 0.2; local crops are blurred with probability 0.5.
 */
export const dino = defineAugmentation({
  name: 'dino',
  description:
    'asymmetric global crops of 40 to 100 % and local crops of 5 to 40 %, with blur and solarisation',
  source: 'Caron et al., ICCV 2021; facebookresearch/dino at 7c446df, main_dino.py DataAugmentationDINO',
  strength: 'strong',
  needs: needsColour,
  recipe(input) {
    const [size, localSize] = [sizeOf(input), localSizeOf(input)];
    const solarize = { name: 'randomSolarize', threshold: 128 / 255, probability: 0.2 } as const;
    return {
      view: crops(input, size, [0.4, 1]),
      alternately: [[blur(1, size)], [blur(0.1, size), solarize]],
      local: [...crops(input, localSize, [0.05, 0.4]), blur(0.5, localSize)],
    };
  },
});

/** A kernel of 23 pixels, or the largest that images of this size take. */
function blur(probability: number, [height, width]: readonly [number, number]) {
  const kernelSize = Math.min(23, 2 * Math.min(height, width) - 1);
  return { name: 'gaussianBlur', kernelSize, sigma: [0.1, 2], probability } as const;
}

function crops(
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
