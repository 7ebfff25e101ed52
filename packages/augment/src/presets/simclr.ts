import type { Normalization } from '../functional/normalize.ts';
import type { TransformSpec } from '../transform-spec.ts';
import type { ViewRecipe } from '../view-recipe.ts';
import { cifar10Normalization, imagenetNormalization } from './normalizations.ts';

/** What a preset leaves open. */
export interface PresetOptions {
  /** Side of the square views, in pixels. */
  readonly imageSize?: number;
  readonly normalization?: Normalization;
}

/**
 * SimCLR's two views of CIFAR-10 (Chen et al., 2020, appendix B.9; google-research/simclr, data_util.py with
 * `color_jitter_strength` 0.5 and without blur): crops of 8 to 100 %, resized bicubically. The authors' program
 * does not normalise; here CIFAR's statistics do. Their crops are drawn by TensorFlow, here by torchvision's law.
 *
 * Group `views`.
 */
export function cifar10SimclrRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = cifar10Normalization } = options;
  return twoViews([
    { name: 'randomResizedCrop', size: imageSize, scale: [0.08, 1], interpolation: 'bicubic' },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    ...colorDistortion(0.5),
    { name: 'normalize', ...normalization },
  ]);
}

/**
 * SimCLR's two views of ImageNet (Chen et al., 2020, appendix A; google-research/simclr, data_util.py): 224 px,
 * colour distortion of strength 1, Gaussian blur with a kernel of a tenth of the side. The authors' blur counts
 * what is beyond the border as 0, here it is mirrored. See `cifar10SimclrRecipe` for what else differs.
 *
 * Group `views`.
 */
export function imagenetSimclrRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 224, normalization = imagenetNormalization } = options;
  const kernelSize = 2 * Math.floor(Math.floor(imageSize / 10) / 2) + 1;
  return twoViews([
    { name: 'randomResizedCrop', size: imageSize, scale: [0.08, 1], interpolation: 'bicubic' },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    ...colorDistortion(1),
    { name: 'gaussianBlur', kernelSize, sigma: [0.1, 2], probability: 0.5 },
    { name: 'normalize', ...normalization },
  ]);
}

/**
 * Lightly's two SimCLR views of CIFAR-10 (lightly 1.6, `SimCLRTransform(input_size=32, cj_strength=0.5,
 * gaussian_blur=0)`, as its docstring recommends for CIFAR): bilinear crops of 8 to 100 %, ImageNet's statistics.
 *
 * Group `views`.
 */
export function cifar10LightlyRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = imagenetNormalization } = options;
  return twoViews([
    { name: 'randomResizedCrop', size: imageSize, scale: [0.08, 1] },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    ...colorDistortion(0.5),
    { name: 'normalize', ...normalization },
  ]);
}

/**
 * solo-learn's two views of CIFAR-10 for SimCLR (scripts/pretrain/cifar/augmentations/symmetric.yaml at 9187ee3):
 * bicubic crops of 8 to 100 %, colour distortion of strength 1, blur with probability 0.5, the flip last. Pillow's
 * blur, which solo-learn uses, approximates the Gaussian by three box blurs.
 *
 * Group `views`.
 */
export function cifar10SoloLearnRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = cifar10Normalization } = options;
  return twoViews([
    { name: 'randomResizedCrop', size: imageSize, scale: [0.08, 1], interpolation: 'bicubic' },
    ...colorDistortion(1),
    { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability: 0.5 },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'normalize', ...normalization },
  ]);
}

/** SimCLR's colour distortion: jitter with probability 0.8, then grey with probability 0.2. */
function colorDistortion(strength: number): TransformSpec[] {
  const jitter = 0.8 * strength;
  return [
    {
      name: 'colorJitter',
      brightness: jitter,
      contrast: jitter,
      saturation: jitter,
      hue: 0.2 * strength,
      probability: 0.8,
    },
    { name: 'randomGrayscale', probability: 0.2 },
  ];
}

function twoViews(transforms: readonly TransformSpec[]): ViewRecipe {
  return { groups: { views: { count: 2, transforms } } };
}
