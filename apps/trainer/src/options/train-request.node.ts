import { basename, join } from 'node:path';
import type { BackendName } from '@ssl/backend';
import type { ValueRange } from '@ssl/data';
import { acceptedData } from '@ssl/data/node';
import { unknownNameError, UserError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import {
  checkSettings,
  resolveConfig,
  trainConfigSchema,
  type ConfigLayer,
  type ResolvedConfig,
  type Settings,
} from '@ssl/train';
import { z } from 'zod';
import { loadDataKind } from '../data-kinds/load-data-kind.node.ts';
import { loadMethod } from '../methods/load-method.node.ts';
import type { ModuleSource } from '../methods/module-source.ts';
import { nested, parseAssignment } from './assignment.ts';
import { describeSettings, settingNames } from './describe-settings.ts';
import { readAugmentation } from './read-augmentation.node.ts';
import { readConfigFile } from './read-config-file.node.ts';

/** What the user wrote after `ssl train`. */
export interface TrainOptions {
  readonly method?: string;
  readonly data?: string;
  readonly out?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly backbone?: string;
  readonly imageSize?: number | readonly [number, number];
  readonly range?: ValueRange;
  readonly augmentation?: string;
  readonly normalization?: string;
  readonly labels?: string;
  readonly labelsPerClass?: number;
  readonly init?: string;
  readonly microBatch?: number;
  readonly dataKind?: string;
  readonly check?: boolean;
  readonly seed?: number;
  readonly workers?: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly strict?: boolean;
}

/** A training run to be started: everything settled, nothing touched yet. */
export interface TrainRequest extends ResolvedConfig {
  readonly method: AnyMethod;
  /** Where the method comes from, if not from the library. */
  readonly methodSource?: ModuleSource | undefined;
  /** Where the kind of data set comes from, if not from the library. */
  readonly dataKindSource?: ModuleSource | undefined;
  readonly preset?: string | undefined;
  readonly data: string;
  /** A file of labels, in place of the data set's own. */
  readonly labels?: string | undefined;
  /** A weight file or a run that the backbone starts from. */
  readonly init?: string | undefined;
  /** The values that stand for 0 and 1 in the data set's images, where the user says. */
  readonly range?: ValueRange | undefined;
  readonly out: string;
  readonly backend: BackendName;
  readonly threads?: number | undefined;
  /** Makes an error of samples that would be skipped. */
  readonly strict: boolean;
  /** Watches the method's hooks at every step. */
  readonly check: boolean;
}

/** What a config file may hold beside the settings of training. */
const commandSchema = z.object({
  method: z.string().optional(),
  data: z.string().optional(),
  range: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, 'expected [LOW, HIGH], LOW below HIGH')
    .optional(),
  dataKind: z.string().optional(),
  labels: z.string().optional(),
  init: z.string().optional(),
  out: z.string().optional(),
  preset: z.string().optional(),
  backend: z.string().optional(),
  threads: z.int().min(1).optional(),
});

const defaultMethod = 'self-classifier';

/**
 * Settles what to train: the options over the config file, that over the preset, that over the defaults. Reads
 * the config file and a method's own file; data and folders are not looked at.
 *
 * @param now for the name of the run folder
 * @throws UserError for the first thing that is wrong
 */
export async function resolveTrainRequest(options: TrainOptions, now: Date): Promise<TrainRequest> {
  const { command, layer } = await readConfigLayers(options);
  const { method, source } = await loadMethod(options.method ?? command.method ?? defaultMethod);
  const preset = options.preset ?? command.preset;
  const resolved = resolveConfig({
    method,
    ...(preset !== undefined && { preset }),
    layers: [layer, ...(await optionLayers(method, options))],
  });
  const data = options.data ?? command.data;
  if (data === undefined) {
    throw new UserError(`--data is missing: give ${acceptedData()}`);
  }
  return {
    ...resolved,
    method,
    methodSource: source,
    dataKindSource: await loadDataKind(options.dataKind ?? command.dataKind),
    preset,
    data,
    labels: options.labels ?? command.labels,
    init: options.init ?? command.init,
    range: options.range ?? command.range,
    out: options.out ?? command.out ?? defaultFolder(method.name, data, now),
    // `useBackend` checks the name.
    backend: (options.backend ?? command.backend ?? 'auto') as BackendName,
    threads: options.threads ?? command.threads,
    strict: options.strict ?? false,
    check: options.check ?? false,
  };
}

/** What a config file says: to the command, and to training. */
export interface ConfigFileSettings {
  readonly command: z.output<typeof commandSchema>;
  readonly layer: ConfigLayer;
}

/**
 * Reads the file that `--config` names; without one, nothing is said.
 *
 * @throws UserError for a file that cannot be read or is malformed, and for settings that do not exist
 */
export async function readConfigLayers({ config }: TrainOptions): Promise<ConfigFileSettings> {
  const source = `--config ${config}`;
  const file = config === undefined ? {} : await readConfigFile(config);
  const ofCommand = Object.keys(commandSchema.shape);
  const known = [...new Set([...ofCommand, ...settingNames(trainConfigSchema)])];
  for (const name of Object.keys(file)) {
    if (!known.includes(name))
      throw new UserError(`${source}: ${unknownNameError('setting', name, known).message}`);
  }
  const [command, training] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(file).filter(([name]) => ofCommand.includes(name) === wanted)),
  ) as [Settings, Settings];
  return {
    command: checkSettings(commandSchema, command, () => source),
    layer: { source, settings: training },
  };
}

/**
 * The options that are settings of training, each as a layer of its own, so that an error names the option.
 *
 * @throws UserError for a `--set` of something that neither training nor the method knows
 */
export async function optionLayers(
  method: AnyMethod,
  options: TrainOptions,
): Promise<readonly ConfigLayer[]> {
  const flags: readonly (readonly [string, readonly string[], unknown])[] = [
    ['--backbone', ['backbone', 'name'], options.backbone],
    ['--image-size', ['input', 'size'], options.imageSize],
    [
      '--augmentation',
      ['augmentation'],
      options.augmentation && (await readAugmentation(options.augmentation)),
    ],
    ['--normalization', ['normalization'], options.normalization],
    ['--labels-per-class', ['labelsPerClass'], options.labelsPerClass],
    ['--micro-batch', ['microBatch'], options.microBatch],
    ['--epochs', ['epochs'], options.epochs],
    ['--batch-size', ['batchSize'], options.batchSize],
    ['--seed', ['seed'], options.seed],
    ['--workers', ['workers'], options.workers],
  ];
  const given = flags.filter(([, , value]) => value !== undefined);
  return [
    ...given.map(([source, path, value]) => ({ source, settings: nested(path, value) })),
    ...(options.set ?? []).map((text) => assignmentLayer(method, text)),
  ];
}

/**
 * `--set key=value`: a setting of training, else an option of the method, with or without `methodOptions.`. One
 * value where a list is wanted is a list of one.
 */
function assignmentLayer(method: AnyMethod, assignment: string): ConfigLayer {
  const { text, path, value } = parseAssignment(assignment);
  const [first = ''] = path;
  const source = `--set ${text}`;
  const ofTraining = settingNames(trainConfigSchema).filter((name) => name !== 'method');
  const ofMethod = settingNames(method.options);
  const own = first === 'methodOptions' ? path.slice(1) : path;
  if (first !== 'methodOptions' && ofTraining.includes(first)) {
    return { source, settings: nested(path, asListWhereWanted(trainConfigSchema, path, value)) };
  }
  if (first === 'methodOptions' || ofMethod.includes(first)) {
    return {
      source,
      settings: nested(['methodOptions', ...own], asListWhereWanted(method.options, own, value)),
    };
  }
  throw new UserError(
    `${source}: ${unknownNameError('setting', first, [...ofMethod, ...ofTraining]).message}`,
  );
}

/**
 * The options of a method that `--set` gives, with its defaults.
 *
 * @throws UserError for a setting that the method does not know, or a value that does not fit
 */
export function methodOptionsOf(method: AnyMethod, set: readonly string[]): Settings {
  const layers = set.map((text) => assignmentLayer(method, text));
  return resolveConfig({ method, layers }).config.methodOptions;
}

function asListWhereWanted(schema: z.ZodType, path: readonly string[], value: unknown): unknown {
  const described = describeSettings(schema).find(({ name }) => name === path.join('.'));
  return described?.type.startsWith('list of') && !Array.isArray(value) ? [value] : value;
}

/** `runs/self-classifier-cifar-10-20260131-120501`. */
function defaultFolder(method: string, data: string, now: Date): string {
  const dataName = basename(data).replace(/[^\w.-]+/g, '-') || 'data';
  const digits = now.toISOString().replace(/\D/g, '');
  return join('runs', `${method}-${dataName}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`);
}
