import type { Augmentation } from '../augmentation.ts';
import { anyChannels } from './augmentations/any-channels.ts';
import { byolImagenet } from './augmentations/byol.ts';
import { dino } from './augmentations/dino.ts';
import { generatedShapes } from './augmentations/generated-shapes.ts';
import { greySmall, greySmallWeak } from './augmentations/grey-small.ts';
import { selfClassifierImagenet, selfClassifierImagenetGlobal } from './augmentations/self-classifier.ts';
import { cifar10Lightly, cifar10Simclr, cifar10SoloLearn, imagenetSimclr } from './augmentations/simclr.ts';
import { cifar10Small } from './augmentations/cifar10-small.ts';
import { cropAndFlip, rotnet } from './augmentations/weak.ts';

/** All augmentations of images: the one list. */
export const imageAugmentations: readonly Augmentation[] = [
  cifar10Small,
  cifar10Simclr,
  cifar10Lightly,
  cifar10SoloLearn,
  imagenetSimclr,
  selfClassifierImagenet,
  selfClassifierImagenetGlobal,
  byolImagenet,
  dino,
  greySmall,
  greySmallWeak,
  anyChannels,
  generatedShapes,
  cropAndFlip,
  rotnet,
];
