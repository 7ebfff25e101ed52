import { imageSpecOf } from '../image-input.ts';
import { colourDistortion } from './colour-distortion.ts';
import { defineAugmentation } from './define.ts';
import { cropRatio, needsColour, sizeOf } from './sizes.ts';

/**
 * SimCLR's views of CIFAR-10 (Chen et al., 2020, appendix B.9; google-research/simclr, data_util.py with
 * `color_jitter_strength` 0.5 and without blur): crops of 8 to 100 %, resized bicubically. The authors' crops are drawn
 * by TensorFlow, here by torchvision's law.
 */
export const cifar10Simclr = defineAugmentation({
  name: 'simclr-cifar10',
  description: 'crops of 8 to 100 %, flips and colour distortion of strength 0.5',
  source: 'Chen et al., 2020, appendix B.9; google-research/simclr, data_util.py',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      {
        ...{ name: 'randomResizedCrop', size: sizeOf(input), scale: [0.08, 1], ratio: cropRatio(input) },
        interpolation: 'bicubic',
      },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      ...colourDistortion(0.5),
    ],
  }),
});

/**
 * SimCLR's views of ImageNet (Chen et al., 2020, appendix A; google-research/simclr, data_util.py):
 * colour distortion of strength 1, Gaussian blur with a kernel of a tenth of the side. The authors' blur counts
 * what is beyond the border as 0, here it is mirrored. See `cifar10Simclr` for what else differs.
 */
export const imagenetSimclr = defineAugmentation({
  name: 'simclr-imagenet',
  description: 'crops of 8 to 100 %, flips, colour distortion of strength 1 and blur',
  source: 'Chen et al., 2020, appendix A; google-research/simclr, data_util.py',
  strength: 'strong',
  needs: needsColour,
  recipe(input) {
    const { height, width } = imageSpecOf(input);
    const kernelSize = 2 * Math.floor(Math.floor(Math.max(height, width) / 10) / 2) + 1;
    return {
      view: [
        {
          ...{ name: 'randomResizedCrop', size: sizeOf(input), scale: [0.08, 1], ratio: cropRatio(input) },
          interpolation: 'bicubic',
        },
        { name: 'randomHorizontalFlip', probability: 0.5 },
        ...colourDistortion(1),
        { name: 'gaussianBlur', kernelSize, sigma: [0.1, 2], probability: 0.5 },
      ],
    };
  },
});

/**
 * Lightly's SimCLR views of CIFAR-10 (lightly 1.6, `SimCLRTransform(input_size=32, cj_strength=0.5,
 * gaussian_blur=0)`, as its docstring recommends for CIFAR): bilinear crops of 8 to 100 %.
 */
export const cifar10Lightly = defineAugmentation({
  name: 'lightly-cifar10',
  description: 'bilinear crops of 8 to 100 %, flips and colour distortion of strength 0.5',
  source: 'lightly 1.6, SimCLRTransform for CIFAR-10',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.08, 1], ratio: cropRatio(input) },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      ...colourDistortion(0.5),
    ],
  }),
});

/**
 * solo-learn's views of CIFAR-10 for SimCLR (scripts/pretrain/cifar/augmentations/symmetric.yaml at 9187ee3):
 * bicubic crops of 8 to 100 %, colour distortion of strength 1, blur with probability 0.5, the flip last. Pillow's
 * blur, which solo-learn uses, approximates the Gaussian by three box blurs.
 */
export const cifar10SoloLearn = defineAugmentation({
  name: 'solo-learn-cifar10',
  description: 'crops of 8 to 100 %, colour distortion of strength 1, blur and flips',
  source: 'solo-learn at 9187ee3, scripts/pretrain/cifar/augmentations/symmetric.yaml',
  strength: 'strong',
  needs: needsColour,
  recipe: (input) => ({
    view: [
      {
        ...{ name: 'randomResizedCrop', size: sizeOf(input), scale: [0.08, 1], ratio: cropRatio(input) },
        interpolation: 'bicubic',
      },
      ...colourDistortion(1),
      { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability: 0.5 },
      { name: 'randomHorizontalFlip', probability: 0.5 },
    ],
  }),
});
