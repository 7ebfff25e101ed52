import { validateRecipe, type ImageSpec, type ViewRecipe } from '@ssl/augment';
import {
  createInlineViewLoader,
  type ImageDataset,
  type ViewLoader,
  type ViewLoaderOptions,
} from '@ssl/data';
import { UserError } from '@ssl/errors';
import type { AnyMethod, InitContext, MethodState } from '@ssl/losses';
import { createBackbone } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { checkSettings } from '../config/check-settings.ts';
import { checkMethodOptions } from '../config/resolve-config.ts';
import type { Settings } from '../config/settings.ts';
import { trainConfigSchema, type TrainConfig, type TrainConfigInput } from '../config/train-config.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { createSchedule, type Schedule } from '../schedules/schedule.ts';

import { createLeakWatch, type LeakWatch } from './leak-watch.ts';
import { callHook, methodError } from './method-guard.ts';

/** What to train, and on what. */
export interface TrainingOptions {
  readonly method: AnyMethod;
  /** Images to learn from; labels are shown to methods that say they use them, and to no others. */
  readonly dataset: ImageDataset;
  /** Settings, e.g. of `resolveConfig`; what is left out has a default. `method` may be left out. */
  readonly config?: Partial<TrainConfigInput>;
  /** How batches are made; default: in this thread (`createInlineViewLoader`). Changes no result. */
  readonly createLoader?: (options: ViewLoaderOptions) => ViewLoader;
}

/** A run that is ready for its first step. */
export interface TrainingSetup {
  readonly method: AnyMethod;
  readonly dataset: ImageDataset;
  readonly config: TrainConfig;
  /** Images that the network takes. */
  readonly image: ImageSpec;
  readonly recipe: ViewRecipe;
  readonly state: MethodState;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly createLoader: (options: ViewLoaderOptions) => ViewLoader;
  readonly leaks: LeakWatch;
}

/**
 * Builds backbone, method, optimizer and schedule; all chance comes from the config's seed.
 *
 * @throws UserError for settings that do not fit, alone or to the data set
 */
export function prepareTraining(options: TrainingOptions): TrainingSetup {
  const { method, dataset, createLoader = createInlineViewLoader } = options;
  const config = checkConfig(method, options.config ?? {});
  const { seed, batchSize, epochs } = config;
  const image = imageOf(config, dataset);
  const recipe = callHook(method, 'views', () => method.views(config.methodOptions, image));
  const [height, width] = dataset.imageSize ?? [image.height, image.width];
  validateRecipe(recipe, { height, width, channels: dataset.channels });
  const { stepsPerEpoch } = createInlineViewLoader({ dataset, recipe, batchSize, seed });
  const totalSteps = stepsPerEpoch * epochs;
  const schedule = createSchedule(config.schedule, {
    baseRate: config.optimizer.learningRate,
    epochs,
    stepsPerEpoch,
  });

  const { name, width: channels, stem, initialization } = config.backbone;
  const backbone = createBackbone(name, {
    random: createRandom(seed, 'backbone'),
    image,
    initialization,
    ...(channels !== undefined && { width: channels }),
    ...(stem !== undefined && { stem }),
  });
  const classes = dataset.classNames?.length;
  const state = initState(
    method,
    {
      backbone,
      random: createRandom(seed, 'method'),
      image,
      batchSize,
      totalEpochs: epochs,
      totalSteps,
      dataset: { length: dataset.length, ...(classes !== undefined && { classes }) },
    },
    config.methodOptions,
  );
  const optimizer = createOptimizer(state.trainable, config.optimizer);
  const parts = { method, dataset, config, image, recipe, state, optimizer, schedule };
  return { ...parts, stepsPerEpoch, totalSteps, createLoader, leaks: createLeakWatch(method) };
}

/**
 * A method's state.
 *
 * @throws MethodError if `init` throws, or its result lacks what trainers need
 */
export function initState(method: AnyMethod, context: InitContext, methodOptions: Settings): MethodState {
  const state = callHook(method, 'init', () => method.init(context, methodOptions));
  for (const part of ['backbone', 'trainable', 'buffers'] as const) {
    if (state?.[part] === undefined) {
      throw methodError(
        method,
        'init',
        `expected { backbone, trainable, buffers }, and there is no "${part}"`,
      );
    }
  }
  return state;
}

function checkConfig(method: AnyMethod, given: Settings): TrainConfig {
  const where = (): string => 'createTrainer';
  if (given['method'] !== undefined && given['method'] !== method.name) {
    throw new UserError(
      `createTrainer: the config is for the method ${JSON.stringify(given['method'])}, not for "${method.name}"`,
    );
  }
  const config = checkSettings(trainConfigSchema, { ...given, method: method.name }, where);
  return { ...config, methodOptions: checkMethodOptions(method, config.methodOptions, where) };
}

function imageOf({ imageSize }: TrainConfig, { name, imageSize: own, channels }: ImageDataset): ImageSpec {
  if (imageSize !== undefined) return { height: imageSize, width: imageSize, channels };
  if (own === undefined) {
    throw new UserError(
      `imageSize is missing: the images of ${name} differ in size; set it, for example to 32 or 224`,
    );
  }
  return { height: own[0], width: own[1], channels };
}
