import { basename, join } from 'node:path';
import type { BackendName } from '@ssl/backend';
import { unknownNameError, UserError } from '@ssl/errors';
import { getMethod, type AnyMethod } from '@ssl/losses';
import {
  checkSettings,
  resolveConfig,
  trainConfigSchema,
  type ConfigLayer,
  type ResolvedConfig,
  type Settings,
} from '@ssl/train';
import { z } from 'zod';
import { nested, parseAssignment } from './assignment.ts';
import { settingNames } from './describe-settings.ts';
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
  readonly imageSize?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly backend?: string;
  readonly threads?: number;
}

/** A training run to be started: everything settled, nothing touched yet. */
export interface TrainRequest extends ResolvedConfig {
  readonly method: AnyMethod;
  readonly preset?: string | undefined;
  readonly data: string;
  readonly out: string;
  readonly backend: BackendName;
  readonly threads?: number | undefined;
}

/** What a config file may hold beside the settings of training. */
const commandSchema = z.object({
  method: z.string().optional(),
  data: z.string().optional(),
  out: z.string().optional(),
  preset: z.string().optional(),
  backend: z.string().optional(),
  threads: z.int().min(1).optional(),
});

const defaultMethod = 'self-classifier';

/**
 * Settles what to train: the options over the config file, that over the preset, that over the defaults. Reads
 * the config file; data and folders are not looked at.
 *
 * @param now for the name of the run folder
 * @throws UserError for the first thing that is wrong
 */
export async function resolveTrainRequest(options: TrainOptions, now: Date): Promise<TrainRequest> {
  const source = `--config ${options.config}`;
  const file = options.config === undefined ? {} : await readConfigFile(options.config);
  const { command, training } = divide(file, source);

  const method = getMethod(options.method ?? command.method ?? defaultMethod);
  const preset = options.preset ?? command.preset;
  const resolved = resolveConfig({
    method,
    ...(preset !== undefined && { preset }),
    layers: [{ source, settings: training }, ...optionLayers(method, options)],
  });
  const data = options.data ?? command.data;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: name a folder of images, a CIFAR-10 folder, an IDX file, or generated:shapes',
    );
  }
  return {
    ...resolved,
    method,
    preset,
    data,
    out: options.out ?? command.out ?? defaultFolder(method.name, data, now),
    // `useBackend` checks the name.
    backend: (options.backend ?? command.backend ?? 'auto') as BackendName,
    threads: options.threads ?? command.threads,
  };
}

/**
 * The options that are settings of training, each as a layer of its own, so that an error names the option.
 *
 * @throws UserError for a `--set` of something that neither training nor the method knows
 */
export function optionLayers(method: AnyMethod, options: TrainOptions): readonly ConfigLayer[] {
  const flags: readonly (readonly [string, readonly string[], unknown])[] = [
    ['--backbone', ['backbone', 'name'], options.backbone],
    ['--image-size', ['imageSize'], options.imageSize],
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

/** `--set key=value`: a setting of training, else an option of the method, with or without `methodOptions.`. */
function assignmentLayer(method: AnyMethod, assignment: string): ConfigLayer {
  const { text, path, value } = parseAssignment(assignment);
  const [first = ''] = path;
  const ofTraining = settingNames(trainConfigSchema).filter((name) => name !== 'method');
  const ofMethod = settingNames(method.options);
  const source = `--set ${text}`;
  if (ofTraining.includes(first)) return { source, settings: nested(path, value) };
  if (ofMethod.includes(first)) return { source, settings: nested(['methodOptions', ...path], value) };
  throw new UserError(
    `${source}: ${unknownNameError('setting', first, [...ofMethod, ...ofTraining]).message}`,
  );
}

/** A config file's settings of the command, and those of training. */
function divide(
  file: Settings,
  source: string,
): { readonly command: z.output<typeof commandSchema>; readonly training: Settings } {
  const ofCommand = Object.keys(commandSchema.shape);
  const known = [...new Set([...ofCommand, ...settingNames(trainConfigSchema)])];
  for (const name of Object.keys(file)) {
    if (!known.includes(name))
      throw new UserError(`${source}: ${unknownNameError('setting', name, known).message}`);
  }
  const entries = Object.entries(file);
  return {
    command: checkSettings(
      commandSchema,
      Object.fromEntries(entries.filter(([name]) => ofCommand.includes(name))),
      () => source,
    ),
    training: Object.fromEntries(entries.filter(([name]) => !ofCommand.includes(name))),
  };
}

/** `runs/self-classifier-cifar-10-20260131-120501`. */
function defaultFolder(method: string, data: string, now: Date): string {
  const dataName = basename(data).replace(/[^\w.-]+/g, '-') || 'data';
  const digits = now.toISOString().replace(/\D/g, '');
  return join('runs', `${method}-${dataName}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`);
}
