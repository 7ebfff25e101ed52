import type { Normalization } from '../functional/normalize.ts';

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
