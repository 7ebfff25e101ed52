import { join, resolve } from 'node:path';
import type { BackendName } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import { sampleRange } from '@ssl/data';
import { openDataset } from '@ssl/data/node';
import { UserError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import { resumeConfig, type RunPlan, type TrainConfig } from '@ssl/train';
import { openRunFolder, type RunFolder } from '@ssl/train/node';
import { loadDataKindOfRun } from '../data-kinds/load-data-kind.node.ts';
import { loadMethodOfRun } from '../methods/load-method.node.ts';
import { optionLayers, readConfigLayers, type TrainOptions } from '../options/train-request.node.ts';
import type { StopSignal } from '../terminal/stop-signal.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { reopenInitialWeights } from './initial-weights.node.ts';
import { reopenLabels, withLabelsOf } from './labels-file.node.ts';
import { readStoredRun, type RunDescription } from './run-description.ts';
import { runTraining, type TrainingSummary } from './run-training.node.ts';

/**
 * Goes on with a run where it stopped. Everything comes from the run; options may repeat it, change what has no
 * influence on the result, and give it more epochs.
 *
 * @throws UserError if the folder is no run, an option contradicts it, or its data are not the same any more
 */
export async function resumeRun(
  directory: string,
  options: TrainOptions,
  terminal: Terminal,
  stop: StopSignal,
): Promise<TrainingSummary> {
  const warn = (line: string): void => terminal.note(`Warning: ${line}`);
  const opened = await openRunFolder(directory, { onWarning: warn });
  const { description, plan } = readStoredRun(opened.config, join(directory, 'config.json'));
  const own = plan.config;
  const { method } = await loadMethodOfRun(own.method, description.methodSource, warn);
  await loadDataKindOfRun(description.dataKindSource, warn);
  const config = await settleConfig({ run: own, method, description, directory }, options);

  const resumed = { ...plan, config, totalSteps: plan.stepsPerEpoch * config.epochs };
  const isExtended = config.epochs > own.epochs;
  const store = isExtended ? await openExtended(directory, opened, resumed, warn) : opened;
  const checkpoint = await store.loadCheckpoint();
  if (checkpoint !== undefined && checkpoint.state.step >= resumed.totalSteps) {
    return completedRun(opened, config, checkpoint.state.step);
  }
  if (isExtended) {
    terminal.note(
      `Extended from ${own.epochs} to ${config.epochs} epochs: the learning rate, and what else runs over training, is planned anew.`,
    );
  }
  // The trainer goes on from the checkpoint that was read here.
  const folder: RunFolder = { ...store, loadCheckpoint: () => Promise.resolve(checkpoint) };
  const backend = await useBackend((options.backend ?? description.backend.name) as BackendName, {
    threads: options.threads ?? description.backend.threads,
  });
  if (backend.name !== description.backend.name) {
    warn(
      `the run began on ${description.backend.name}; on ${backend.name}, results differ in the last digits`,
    );
  }
  const labels = await reopenLabels(directory, description.labels, options.labels);
  const range = sampleRange(description.dataset.samples);
  const source = await openDataset(options.data ?? description.dataset.source, {
    ...(range && { range }),
    strict: options.strict ?? false,
    onWarning: warn,
    split: 'train',
  });
  try {
    if (source.fingerprint !== description.dataset.fingerprint) {
      throw new UserError(
        `${directory}: its data set has changed: ${source.name} with ${source.length} samples is not the one that the ` +
          `run began with (${description.dataset.name}, ${description.dataset.length} samples); restore it, or name the place it moved to with --data`,
      );
    }
    const { check } = options;
    const dataset = withLabelsOf(labels, source);
    const init =
      checkpoint === undefined && description.init !== undefined
        ? await reopenInitialWeights(directory, description.init, backend, terminal)
        : undefined;
    const job = { method, plan: resumed, dataset, backend, folder, check, initialize: init?.initialize };
    return await runTraining(job, terminal, stop);
  } finally {
    await source.close();
  }
}

/** The folder of a run that gets more epochs: they stand in its config from the next write on. */
function openExtended(
  directory: string,
  { config: stored }: RunFolder,
  { config: { epochs }, totalSteps }: RunPlan,
  onWarning: (line: string) => void,
): Promise<RunFolder> {
  return openRunFolder(directory, { onWarning, revised: { ...stored, epochs, totalSteps } });
}

interface ResumedRun {
  readonly run: TrainConfig;
  readonly method: AnyMethod;
  readonly description: RunDescription;
  readonly directory: string;
}

/** The run's config with the options that may change it. */
async function settleConfig(
  { run, method, description, directory }: ResumedRun,
  options: TrainOptions,
): Promise<TrainConfig> {
  const { command, layer } = await readConfigLayers(options);
  const { module } = description.methodSource ?? {};
  const named = options.method ?? command.method;
  const contradictions: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['method', named === module ? undefined : named, run.method],
    ['range', (options.range ?? command.range)?.join(), sampleRange(description.dataset.samples)?.join()],
    ['preset', options.preset ?? command.preset, description.preset],
    ['init', absolute(options.init ?? command.init), description.init?.path],
    ['out', absolute(options.out ?? command.out), resolve(directory)],
  ];
  for (const [name, given, own] of contradictions) {
    if (given === undefined || given === own) continue;
    throw new UserError(
      `--resume ${directory}: ${name} is ${own ?? 'not set'} in this run, and cannot become ${given}; leave it out to resume, or start a new run`,
    );
  }
  const layers = [layer, ...(await optionLayers(method, options))];
  return layers.reduce((config, { source, settings }) => resumeConfig(config, settings, source), run);
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function completedRun(folder: RunFolder, config: TrainConfig, step: number): TrainingSummary {
  return {
    run: folder.directory,
    method: config.method,
    outcome: 'done',
    step,
    totalSteps: step,
    epochs: config.epochs,
    seconds: 0,
    imagesPerSecond: 0,
  };
}
