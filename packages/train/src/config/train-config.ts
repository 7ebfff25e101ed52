import { backboneNames } from '@ssl/models';
import { z } from 'zod';
import { gradientClippingSchema } from '../optimizers/clip-gradients.ts';
import { optimizerSchema } from '../optimizers/optimizer-config.ts';
import { scheduleSchema } from '../schedules/schedule-config.ts';
import { checkSettings } from './check-settings.ts';
import type { Settings } from './settings.ts';

const backboneSchema = z.strictObject({
  name: z
    .enum(backboneNames as [string, ...string[]])
    .default('resnet-tiny')
    .describe('which network'),
  width: z
    .int()
    .min(1)
    .optional()
    .describe('channels of the first stage; default: 16 for resnet-tiny, 64 for the others'),
  stem: z
    .enum(['imagenet', 'cifar'])
    .optional()
    .describe('first layers; default: cifar for resnet-tiny and for images below 64 pixels, else imagenet'),
  initialization: z
    .enum(['torchvision', 'pytorch'])
    .default('torchvision')
    .describe('how convolutions start: as torchvision’s ResNets, or as any PyTorch convolution'),
});

/** Everything that decides what a training run does, and how it is logged and saved. */
export const trainConfigSchema = z.strictObject({
  method: z.string().min(1).describe('name of the method'),
  methodOptions: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('settings of the method, which declares them itself'),
  backbone: backboneSchema.prefault({}).describe('the network that is trained'),
  imageSize: z
    .int()
    .min(1)
    .max(4096)
    .optional()
    .describe('side of the square images in pixels; default: the data set’s own'),
  epochs: z.int().min(1).default(100).describe('times that training goes through the data'),
  batchSize: z.int().min(1).default(256).describe('images in a step'),
  seed: z.int().min(0).default(0).describe('where all chance comes from: the same seed, the same run'),
  optimizer: optimizerSchema.prefault({ name: 'sgd' }).describe('how weights follow their gradients'),
  schedule: scheduleSchema
    .prefault({ name: 'cosine', warmupEpochs: 1 })
    .describe('how the learning rate runs over training'),
  gradientClipping: gradientClippingSchema.optional().describe('shortens long gradients; default: none'),
  logEverySteps: z.int().min(1).default(10).describe('steps between two lines of the run log'),
  checkpointEveryEpochs: z.int().min(1).default(1).describe('epochs between two checkpoints'),
  checkpointEveryMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('minutes after which a checkpoint is due within an epoch, too'),
  workers: z
    .int()
    .min(0)
    .optional()
    .describe('threads that prepare images, 0 for none; default: by the machine. Never changes results'),
});

/** Settings of a training run, all given. */
export type TrainConfig = z.output<typeof trainConfigSchema>;

/** Settings of a training run as a user writes them: what is left out has a default. */
export type TrainConfigInput = z.input<typeof trainConfigSchema>;

/**
 * The training settings among those of a run's `config.json`, which holds others besides.
 *
 * @param source what the settings are called in errors, e.g. the file's path
 * @throws UserError if one of them does not fit
 */
export function readTrainConfig(stored: Settings, source: string): TrainConfig {
  const known = Object.keys(trainConfigSchema.shape).filter((key) => stored[key] !== undefined);
  const settings = Object.fromEntries(known.map((key) => [key, stored[key]]));
  return checkSettings(trainConfigSchema, settings, () => source);
}
