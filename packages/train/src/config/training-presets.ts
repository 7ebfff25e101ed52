import type { TrainConfigInput } from './train-config.ts';

/** Training settings under a name; a method's preset of the same name adds its own and may change these. */
export interface TrainingPreset {
  readonly description: string;
  readonly training: Omit<TrainConfigInput, 'method' | 'methodOptions'>;
}

/** Training settings that methods share. */
export const trainingPresets: Readonly<Record<string, TrainingPreset>> = {
  'cifar10-small': {
    description: 'the small ResNet on 32×32 images, 20 epochs: what two cores can do in minutes',
    training: {
      backbone: { name: 'resnet-tiny', width: 16, stem: 'cifar', initialization: 'pytorch' },
      input: { size: 32 },
      augmentation: 'cifar10-small',
      normalization: 'cifar10',
      epochs: 20,
      batchSize: 256,
      optimizer: { name: 'sgd', learningRate: 0.12, momentum: 0.9, weightDecay: 5e-4 },
      schedule: { name: 'cosine', warmupEpochs: 1 },
    },
  },
  'sound-small': {
    description:
      'the small ResNet on spectrograms of whole short recordings, 12 epochs: what two cores can do in minutes',
    training: {
      backbone: { name: 'resnet-tiny', width: 32, stem: 'imagenet' },
      input: { frames: 32, melBands: 24, trim: 20, dynamicRange: 35 },
      epochs: 12,
      batchSize: 64,
      optimizer: { name: 'adam', learningRate: 0.002 },
      schedule: { name: 'cosine', warmupEpochs: 1 },
    },
  },
};
