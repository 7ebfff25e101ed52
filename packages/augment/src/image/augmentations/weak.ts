import { defineAugmentation } from './define.ts';
import { cropRatio, needsNothing, sizeOf } from './sizes.ts';

/** Crops of 20 to 100 % and flips: MAE's augmentation, and that of most supervised training. */
export const cropAndFlip = defineAugmentation({
  name: 'crop-and-flip',
  description: 'crops of 20 to 100 % and flips',
  source: 'He et al., CVPR 2022; facebookresearch/mae, main_pretrain.py (bilinear here)',
  strength: 'weak',
  needs: needsNothing,
  recipe: (input) => ({
    view: [
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.2, 1], ratio: cropRatio(input) },
      { name: 'randomHorizontalFlip', probability: 0.5 },
    ],
  }),
});

/** RotNet's views of CIFAR-10: a shift by up to 4 pixels and a flip. Images of another size are resized before. */
export const rotnet = defineAugmentation({
  name: 'rotnet',
  description: 'shifts by up to 4 pixels and flips',
  source: 'Gidaris et al., 2018; gidariss/FeatureLearningRotNet at edafaba, dataloader.py',
  strength: 'weak',
  needs: needsNothing,
  recipe: (input) => ({
    view: [
      { name: 'resize', size: sizeOf(input), fit: 'cover' },
      { name: 'randomCrop', size: sizeOf(input), padding: 4 },
      { name: 'randomHorizontalFlip', probability: 0.5 },
    ],
  }),
});
