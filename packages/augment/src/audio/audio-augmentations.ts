import type { Augmentation } from '../augmentation.ts';
import type { AudioTransformSpec } from './audio-transforms.ts';

/** As `Augmentation`, with the transforms' parameters checked by the compiler. */
interface AudioAugmentation extends Omit<Augmentation, 'recipe' | 'needs'> {
  readonly view: readonly AudioTransformSpec[];
}

function define({ view, ...augmentation }: AudioAugmentation): Augmentation {
  return { ...augmentation, needs: () => undefined, recipe: () => ({ view }) };
}

const byolA = define({
  name: 'byol-a',
  description:
    'a random segment, mixed with another recording, resized and shifted at random, faded in or out',
  source:
    'Niizumi et al., 2021 (BYOL-A); nttcslab/byol-a at 3e65c92, AugmentationModule, with the fader of v2',
  strength: 'strong',
  view: [
    { name: 'randomSegment' },
    { name: 'logMel' },
    { name: 'randomMix', ratio: 0.4 },
    { name: 'randomResizeCrop' },
    { name: 'randomLinearFader' },
  ],
});

const segments = define({
  name: 'segments',
  description: 'a random segment and nothing else; a recording that is shorter lies at a random place of it',
  source: 'this project',
  strength: 'weak',
  view: [{ name: 'randomSegment', padding: 'random' }, { name: 'logMel' }],
});

/** All augmentations of sound: the one list. */
export const audioAugmentations: readonly Augmentation[] = [byolA, segments];
