import { augmentationRecipeSchema } from '@ssl/augment';
import { backboneNames } from '@ssl/models';
import { z } from 'zod';
import { gradientClippingSchema } from '../optimizers/clip-gradients.ts';
import { optimizerSchema } from '../optimizers/optimizer-config.ts';
import { scheduleSchema } from '../schedules/schedule-config.ts';
import { checkSettings } from './check-settings.ts';
import type { Settings } from './settings.ts';

/** The backbone that fits the data. */
export const autoName = 'auto';

const backbone = z
  .looseObject({
    name: z
      .enum([autoName, ...backboneNames])
      .default(autoName)
      .describe('which network; auto: the smallest that takes the data'),
  })
  .prefault({})
  .describe('the network that is trained, with the options of its kind');

const normalization = z
  .union([
    z.string().min(1),
    z.strictObject({ mean: z.array(z.number()).min(1), std: z.array(z.number().positive()).min(1) }),
  ])
  .default('auto')
  .describe(
    'what inputs are normalised by: auto (measured on the training data), none, a name such as imagenet, or { mean, std }',
  );

const augmentation = z
  .union([z.string().min(1), augmentationRecipeSchema])
  .default('auto')
  .describe(
    'how views are made: auto (what fits the data and the method), a name (ssl augmentations), or a recipe',
  );

/** Everything that decides what a training run does, and how it is logged and saved. */
export const trainConfigSchema = z.strictObject({
  method: z.string().min(1).describe('name of the method'),
  methodOptions: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('settings of the method, which declares them itself'),
  backbone,
  input: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('what the network takes; for images: size, in pixels'),
  augmentation,
  normalization,
  epochs: z.int().min(1).default(100).describe('times that training goes through the data'),
  batchSize: z.int().min(1).default(256).describe('samples in a step'),
  microBatch: z
    .int()
    .min(1)
    .optional()
    .describe(
      'samples that go through the network at once, for batches that do not fit into memory; default: all',
    ),
  labelsPerClass: z
    .int()
    .min(1)
    .optional()
    .describe('labels of each class that the method may see, chosen by the seed; default: all'),
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
    .describe('threads that prepare samples, 0 for none; default: by the machine. Never changes results'),
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
