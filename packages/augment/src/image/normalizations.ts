import type { Normalization } from '../input-spec.ts';

/** Statistics of CIFAR-10's training set, as in solo-learn (`MEANS_N_STD`) and most programs. */
export const cifar10Normalization = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
} as const satisfies Normalization;

/** Statistics of ImageNet's training set, as in torchvision, timm and lightly. */
export const imagenetNormalization = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const satisfies Normalization;

/** CIFAR-10's statistics as RotNet's program has them (gidariss/FeatureLearningRotNet at edafaba, dataloader.py). */
export const rotnetNormalization = {
  mean: [125.3 / 255, 123 / 255, 113.9 / 255],
  std: [63 / 255, 62.1 / 255, 66.7 / 255],
} as const satisfies Normalization;
