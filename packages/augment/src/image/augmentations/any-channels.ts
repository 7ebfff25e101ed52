import { defineAugmentation } from './define.ts';
import { cropRatio, needsNothing, sizeOf } from './sizes.ts';

/** For images of any number of channels, whose values may be no colours: crops, flips, blur and noise. */
export const anyChannels = defineAugmentation({
  name: 'any-channels',
  description: 'crops of 20 to 100 %, flips both ways, blur and noise, for any number of channels',
  source: 'this project',
  strength: 'strong',
  needs: needsNothing,
  recipe: (input) => ({
    view: [
      { name: 'randomResizedCrop', size: sizeOf(input), scale: [0.2, 1], ratio: cropRatio(input) },
      { name: 'randomHorizontalFlip', probability: 0.5 },
      { name: 'randomVerticalFlip', probability: 0.5 },
      { name: 'gaussianBlur', kernelSize: 3, sigma: [0.1, 1.5], probability: 0.5 },
      { name: 'gaussianNoise', sigma: 0.05, clip: false, probability: 0.5 },
    ],
  }),
});
