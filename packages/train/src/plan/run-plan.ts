import {
  getModality,
  resolveAugmentation,
  validateRecipe,
  type AugmentationRecipe,
  type InputSpec,
  type ViewRecipe,
} from '@ssl/augment';
import { defaultStream, type Dataset, type StreamPlan } from '@ssl/data';
import { UserError } from '@ssl/errors';
import type { AnyMethod, StreamRequest } from '@ssl/losses';
import { defaultBackbone, getBackboneKind } from '@ssl/models';
import { checkSettings } from '../config/check-settings.ts';
import { checkBackboneOptions, checkMethodOptions } from '../config/resolve-config.ts';
import type { Settings } from '../config/settings.ts';
import {
  autoName,
  trainConfigSchema,
  type TrainConfig,
  type TrainConfigInput,
} from '../config/train-config.ts';
import { callHook } from '../trainer/method-guard.ts';
import { chooseLabels } from './choose-labels.ts';
import { settleNormalization } from './settle-normalization.ts';

/** What to train, and on what. */
export interface PlanOptions {
  readonly method: AnyMethod;
  /** Samples to learn from; labels are shown to methods that say they use them, and to no others. */
  readonly dataset: Dataset;
  /** Settings, e.g. of `resolveConfig`; what is left out has a default. `method` may be left out. */
  readonly config?: Partial<TrainConfigInput>;
}

/**
 * Everything that decides a run, before any tensor or file of it exists; plain JSON, which a run folder keeps. The
 * same plan always gives the same run.
 */
export interface RunPlan {
  /** All settings; `auto` is replaced by what it came to. */
  readonly config: TrainConfig;
  /** What the network takes. */
  readonly input: InputSpec;
  /** The views that the method learns from. */
  readonly recipe: ViewRecipe;
  /** The streams of samples, by name, with their batch sizes; the first counts the epochs. */
  readonly streams: readonly PlannedStream[];
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** What methods are told of the data. */
  readonly dataset: { readonly length: number; readonly classes?: number };
}

/** A stream of a plan. */
export interface PlannedStream extends StreamRequest {
  readonly name: string;
  readonly batchSize: number;
  /** Samples that it takes from the data set. */
  readonly length: number;
}

/**
 * Settles a run: the input, its normalisation, the augmentation, the views, the streams and the number of steps.
 *
 * @throws UserError for settings that do not fit, alone or to the data set
 */
export async function planRun({ method, dataset, config: given = {} }: PlanOptions): Promise<RunPlan> {
  const checked = checkConfig(method, given);
  const { methodOptions, batchSize } = checked;
  const modality = getModality(dataset.samples.modality);
  const inputOptions = checkSettings(modality.inputOptions, checked.input, () => 'config', ['input']);
  const bare = modality.inputFor(dataset.samples, inputOptions);
  const augmentation = settleAugmentation(method, checked, bare);
  const settled = await settleNormalization(checked.normalization, bare, dataset);
  const input: InputSpec = { ...bare, ...(settled && { normalization: settled }) };
  const backbone = settleBackbone(method, checked, input);
  const patchSize = patchSizeOf(backbone, input);
  const recipe = callHook(method, 'views', () =>
    method.views(methodOptions, { input, augmentation, ...(patchSize && { patchSize }) }),
  );
  validateRecipe(recipe, dataset.samples, input);

  const streams = planStreams(method, checked, dataset);
  const [first] = streams as [PlannedStream];
  const stepsPerEpoch = Math.floor(first.length / first.batchSize);
  if (stepsPerEpoch === 0) throw tooFewSamples(dataset, first);
  const classes = dataset.classNames?.length;
  return {
    config: {
      ...checked,
      input: inputOptions,
      augmentation: checked.augmentation,
      normalization: settled ? { mean: [...settled.mean], std: [...settled.std] } : 'none',
      backbone,
      batchSize,
    },
    ...{ input, recipe, streams, stepsPerEpoch },
    totalSteps: stepsPerEpoch * checked.epochs,
    dataset: { length: dataset.length, ...(classes !== undefined && { classes }) },
  };
}

/** The data set with the labels that a run may see, for its loaders. */
export function visibleDataset({ config }: RunPlan, dataset: Dataset): Dataset {
  const labels = chooseLabels(dataset, config);
  return labels === dataset.labels || labels === undefined ? dataset : { ...dataset, labels };
}

/** The streams of a plan, as loaders take them. */
export function streamPlans({ streams }: RunPlan, { labels, length }: Dataset): readonly StreamPlan[] {
  return streams.map(({ name, batchSize, from }) => {
    const indices = indicesOf(from, labels, length);
    return { name, batchSize, ...(indices && { indices }) };
  });
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

function settleAugmentation(
  method: AnyMethod,
  { augmentation, methodOptions }: TrainConfig,
  input: InputSpec,
): AugmentationRecipe {
  if (typeof augmentation !== 'string') return augmentation;
  const strength = method.augmentationStrengthFor?.(methodOptions) ?? method.augmentationStrength ?? 'strong';
  return resolveAugmentation(augmentation, input, strength);
}

function settleBackbone(
  { backboneOffer }: AnyMethod,
  { backbone: { name, ...options } }: TrainConfig,
  input: InputSpec,
): TrainConfig['backbone'] {
  const settled = name === autoName ? defaultBackbone(input, backboneOffer) : name;
  return checkBackboneOptions({ name: settled, ...options });
}

/** The patches that a backbone will cut the input into, where it does that. */
function patchSizeOf(
  { name, ...options }: TrainConfig['backbone'],
  input: InputSpec,
): readonly [height: number, width: number] | undefined {
  return getBackboneKind(name).patchSize?.(input, options);
}

function planStreams(method: AnyMethod, config: TrainConfig, dataset: Dataset): readonly PlannedStream[] {
  const { batchSize, methodOptions } = config;
  const requests = method.streams?.(methodOptions, batchSize) ?? { [defaultStream]: { from: 'all' } };
  const readsLabels = Object.values(requests).some(({ from }) => from !== 'all');
  const labels = readsLabels ? chooseLabels(dataset, config) : undefined;
  return Object.entries(requests).map(([name, request]) => {
    const { from } = request;
    if (from !== 'all' && dataset.labels === undefined) {
      throw new UserError(
        `${method.name} learns from labels, and ${dataset.name} has none; name them by --labels, use a data set with labels, or a method that needs none`,
      );
    }
    const length = indicesOf(from, labels, dataset.length)?.length ?? dataset.length;
    if (length === 0) {
      throw new UserError(
        `${method.name} learns from ${from} samples, and ${dataset.name} has none: ${remedyFor(from)}`,
      );
    }
    return { name, from, batchSize: request.batchSize ?? batchSize, length };
  });
}

function remedyFor(from: StreamRequest['from']): string {
  return from === 'unlabelled'
    ? 'the labels of all samples are known; keep some back by --labels-per-class or --labels'
    : 'check the labels that --labels names';
}

/** The samples that a stream takes; `undefined` for all. */
function indicesOf(
  from: StreamRequest['from'],
  labels: Int32Array | undefined,
  length: number,
): Int32Array | undefined {
  if (from === 'all' || labels === undefined) return undefined;
  const isWanted = (label: number): boolean => (from === 'labelled' ? label >= 0 : label < 0);
  const indices = Int32Array.from(labels.keys()).filter((index) => isWanted(labels[index] as number));
  return indices.length === length ? undefined : indices;
}

function tooFewSamples({ name }: Dataset, stream: PlannedStream): UserError {
  return new UserError(
    `${name} holds ${stream.length} samples${stream.from === 'all' ? '' : ` that are ${stream.from}`}, fewer than a batch of ` +
      `${stream.batchSize}: use a batch size of at most ${stream.length}, or more data`,
  );
}
