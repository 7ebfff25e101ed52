import type { Augmentation } from '../augmentation.ts';
import { audioSettingsOf } from './audio-input.ts';
import type { AudioTransformSpec } from './audio-transforms.ts';

/** As `Augmentation`, with the transforms' parameters checked by the compiler. */
interface AudioAugmentation extends Omit<Augmentation, 'recipe' | 'needs'> {
  /** Where silence goes in a segment that is longer than the recording. Default `both`. */
  readonly padding?: 'both' | 'random';
  /** Transforms of the spectrogram, of a segment or of the whole recording as the input has it. */
  readonly spectrogram: readonly AudioTransformSpec[];
}

function define({ padding = 'both', spectrogram, ...augmentation }: AudioAugmentation): Augmentation {
  return {
    ...augmentation,
    needs: () => undefined,
    recipe(input) {
      const isWhole = audioSettingsOf(input).segmentSamples === null;
      const segment: AudioTransformSpec = { name: 'randomSegment', padding };
      const resize: AudioTransformSpec = { name: 'resizeFrames', frames: input.shape[1] ?? 1 };
      return {
        view: [
          ...(isWhole ? [] : [segment]),
          { name: 'logMel' },
          ...(isWhole ? [resize] : []),
          ...spectrogram,
        ],
      };
    },
  };
}

const byolA = define({
  name: 'byol-a',
  description:
    'a random segment, mixed with another recording, resized and shifted at random, faded in or out',
  source:
    'Niizumi et al., 2021 (BYOL-A); nttcslab/byol-a at 3e65c92, AugmentationModule, with the fader of v2',
  strength: 'strong',
  spectrogram: [
    { name: 'randomMix', ratio: 0.4 },
    { name: 'randomResizeCrop' },
    { name: 'randomLinearFader' },
  ],
});

const voices = define({
  name: 'voices',
  description:
    'what differs between voices, rooms and microphones: noise, pace, loudness and colour; words stay whole',
  source:
    'this project, from the warping of SpecAugment (Park et al., 2019), the crops of BYOL-A (Niizumi et al., 2021) and the curves of FilterAugment (Nam et al., 2022)',
  strength: 'strong',
  spectrogram: [
    { name: 'randomFloor', decibels: [20, 45] },
    { name: 'randomWarp', axis: 'time', distance: 0.2 },
    {
      name: 'randomResizeCrop',
      ...{ canvasScale: [1, 1.25], frequencyScale: [1, 1], timeScale: [0.75, 1.25] },
    },
    { name: 'randomLinearFader', gain: 0.7 },
    { name: 'randomEqualizer', points: 2, gain: 0.7 },
  ],
});

const segments = define({
  name: 'segments',
  description: 'a random segment and nothing else; a recording that is shorter lies at a random place of it',
  source: 'this project',
  strength: 'weak',
  padding: 'random',
  spectrogram: [],
});

/** All augmentations of sound: the one list. */
export const audioAugmentations: readonly Augmentation[] = [byolA, voices, segments];
