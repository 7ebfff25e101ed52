import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BackendInfo } from '@ssl/backend';
import { isUserError, UserError } from '@ssl/errors';
import {
  loadTree,
  readSafetensors,
  treeMismatches,
  treeToTensors,
  writeSafetensors,
  type Backbone,
  type BufferTree,
  type SafeTensor,
} from '@ssl/models';
import { autoName, type TrainConfig } from '@ssl/train';
import { formatCount } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { loadRun } from './load-run.node.ts';
import type { WeightsSource } from './weights-source.ts';

/** Weights for a backbone that have been read. */
export interface InitialWeights extends WeightsSource {
  /**
   * Settings that take the weights: where the user left them open, the network of the run that they come from, and the
   * normalisation that it was trained with.
   */
  adapt(config: TrainConfig): TrainConfig;
  /**
   * Sets the weights of a backbone, and says what was left out.
   *
   * @throws UserError if any is missing or of another shape, with the first three
   */
  readonly initialize: (backbone: Backbone) => void;
}

/** Mismatches that an error lists. */
const mostListed = 3;

/**
 * Reads the weights of `--init`: the evaluated backbone of a run, or those of a safetensors file, named as torchvision
 * and `ssl export` name them.
 *
 * @throws UserError if it is neither, or cannot be read
 */
export async function readInitialWeights(
  path: string,
  backend: BackendInfo,
  terminal: Terminal,
): Promise<InitialWeights> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`--init ${path}: no such file or run folder`);
  const { tensors, adapt = unchanged }: Found = found.isDirectory()
    ? await readRun(path, backend, terminal)
    : { tensors: await readWeightFile(path) };
  return {
    path: resolve(path),
    sha256: createHash('sha256').update(writeSafetensors(tensors)).digest('hex'),
    adapt,
    initialize(backbone) {
      const tree = treeOf(backbone);
      checkFit(path, backbone, treeMismatches(tree, tensors));
      loadTree(tree, tensors, { source: `--init ${path}`, allowExtra: true });
      const extra = [...tensors.keys()].filter((name) => !tree.has(name));
      terminal.note(`The backbone starts from ${path}${describeExtra(extra)}.`);
    },
  };
}

/**
 * Reads the weights of a run again that was stopped before its first checkpoint.
 *
 * @throws UserError if they are gone or are others
 */
export async function reopenInitialWeights(
  directory: string,
  own: WeightsSource,
  backend: BackendInfo,
  terminal: Terminal,
): Promise<InitialWeights> {
  const weights = await readInitialWeights(own.path, backend, terminal);
  if (weights.sha256 === own.sha256) return weights;
  throw new UserError(
    `--resume ${directory}: the weights in ${own.path} are not those that the run began with; restore them, or start a new run`,
  );
}

interface Found {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly adapt?: (config: TrainConfig) => TrainConfig;
}

async function readRun(path: string, backend: BackendInfo, terminal: Terminal): Promise<Found> {
  const run = await loadRun(path, { backend: backend.name, threads: backend.threads }, terminal);
  const tensors = await treeToTensors(treeOf(run.backbone));
  const { config: own, input } = run.plan;
  const { normalization } = input;
  run.dispose();
  return {
    tensors,
    adapt: (config) => ({
      ...config,
      ...(config.backbone.name === autoName && { backbone: own.backbone }),
      ...(config.normalization === autoName &&
        normalization && { normalization: { mean: [...normalization.mean], std: [...normalization.std] } }),
    }),
  };
}

function unchanged(config: TrainConfig): TrainConfig {
  return config;
}

function treeOf({ parameters, buffers }: Backbone): BufferTree {
  return new Map([...parameters, ...buffers]);
}

async function readWeightFile(path: string): Promise<ReadonlyMap<string, SafeTensor>> {
  try {
    return readSafetensors(await readFile(path)).tensors;
  } catch (error) {
    if (isUserError(error)) throw new UserError(`--init ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function checkFit(path: string, { name }: Backbone, mismatches: readonly string[]): void {
  if (mismatches.length === 0) return;
  const more = mismatches.length - mostListed;
  throw new UserError(
    `--init ${path}: the weights do not fit the backbone ${name}: ${mismatches.slice(0, mostListed).join('; ')}` +
      (more > 0 ? `; and ${more} more` : ''),
  );
}

function describeExtra(names: readonly string[]): string {
  if (names.length === 0) return '';
  const listed = names.slice(0, mostListed).join(', ');
  return `; left out: ${listed}${names.length > mostListed ? ` and ${names.length - mostListed} more` : ''} (${formatCount(names.length, 'tensor')})`;
}
