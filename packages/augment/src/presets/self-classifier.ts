import type { Normalization } from '../functional/normalize.ts';
import type { TransformSpec } from '../transform-spec.ts';
import type { ViewRecipe } from '../view-recipe.ts';
import { cifar10Normalization, imagenetNormalization } from './normalizations.ts';
import type { PresetOptions } from './simclr.ts';

/** What the multi-crop preset leaves open; the defaults are the authors'. */
export interface MultiCropOptions {
  /** Side of the two global crops, in pixels, default 224. */
  readonly imageSize?: number;
  /** Side of the local crops, in pixels, default 96. */
  readonly localSize?: number;
  /** Local crops per image, default 6; 0 leaves the group out. The authors then use a globalScale of [0.14, 1]. */
  readonly localCount?: number;
  /** Share of the area of global crops, default [0.4, 1]. */
  readonly globalScale?: readonly [number, number];
  /** Share of the area of local crops, default [0.05, 0.4]. */
  readonly localScale?: readonly [number, number];
  readonly normalization?: Normalization;
}

/**
 * Self-Classifier's views of ImageNet (Amrani et al., 2022; elad-amrani/self-classifier at 3935138, src/utils.py
 * `DataAugmentation` and src/train.py's defaults): two global and six local crops, resized bicubically. The first
 * global crop is blurred with probability 0.1; the second always, and solarised with probability 0.2.
 *
 * The kernels hold the whole Gaussian; Pillow's, which the authors use, approximates it by three box blurs.
 *
 * Groups `global` and `local`.
 */
export function selfClassifierImagenetRecipe(options: MultiCropOptions = {}): ViewRecipe {
  const {
    imageSize = 224,
    localSize = 96,
    localCount = 6,
    globalScale = [0.4, 1],
    localScale = [0.05, 0.4],
  } = options;
  const { normalization = imagenetNormalization } = options;
  const normalize: TransformSpec = { name: 'normalize', ...normalization };
  const global: readonly TransformSpec[] = [
    ...cropAndColor(imageSize, globalScale),
    { name: 'oneOf', pick: 'view', choices: [[blur(0.1)], [blur(1), solarize]] },
    normalize,
  ];
  const local: readonly TransformSpec[] = [...cropAndColor(localSize, localScale), blur(0.5), normalize];
  const groups = { global: { count: 2, transforms: global } };
  return localCount === 0
    ? { groups }
    : { groups: { ...groups, local: { count: localCount, transforms: local } } };
}

/** Pillow's `ImageOps.solarize` inverts bytes from 128. */
const solarize = { name: 'randomSolarize', threshold: 128 / 255, probability: 0.2 } as const;

function blur(probability: number) {
  return { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 2], probability } as const;
}

function cropAndColor(size: number, scale: readonly [number, number]): TransformSpec[] {
  return [
    { name: 'randomResizedCrop', size, scale, interpolation: 'bicubic' },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 },
    { name: 'randomGrayscale', probability: 0.2 },
  ];
}

/**
 * Two views for small images and small budgets: crops of 20 to 100 %, flip, colour jitter of 0.4/0.4/0.4/0.1 with
 * probability 0.8, grey with probability 0.2. It is the augmentation of this project's PyTorch reference run, which
 * differs in three details that torchvision has no transform for: it always jitters in the same order, turns the
 * hue in YIQ, and lets crops of unusual shape reach over the border, mirrored.
 *
 * Group `views`.
 */
export function cifar10SmallRecipe(options: PresetOptions = {}): ViewRecipe {
  const { imageSize = 32, normalization = cifar10Normalization } = options;
  const transforms: readonly TransformSpec[] = [
    { name: 'randomResizedCrop', size: imageSize, scale: [0.2, 1] },
    { name: 'randomHorizontalFlip', probability: 0.5 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
    { name: 'randomGrayscale', probability: 0.2 },
    { name: 'normalize', ...normalization },
  ];
  return { groups: { views: { count: 2, transforms } } };
}
