import { join } from 'node:path';
import type { BackendInfo, BackendName } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import { UserError } from '@ssl/errors';
import type { AnyMethod, MethodState } from '@ssl/losses';
import { createBackbone, disposeTrees, type Backbone } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { initState, readTrainConfig, restoreCheckpoint, type Checkpoint, type TrainConfig } from '@ssl/train';
import { openRunFolder } from '@ssl/train/node';
import { loadMethodOfRun } from '../methods/load-method.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { readRunDescription, type RunDescription } from './run-description.ts';

/** A run to look at: its network as the last checkpoint has it. */
export interface LoadedRun {
  readonly directory: string;
  readonly config: TrainConfig;
  readonly description: RunDescription;
  readonly method: AnyMethod;
  readonly backbone: Backbone;
  readonly state: MethodState;
  readonly checkpoint: Checkpoint;
  readonly backend: BackendInfo;
  /** A backbone as the run's own was before its first step. */
  createUntrainedBackbone(): Backbone;
  /** Frees the weights. */
  dispose(): void;
}

/** Which backend is to compute. */
export interface BackendOptions {
  /** Default: auto. */
  readonly backend?: string;
  readonly threads?: number;
}

/**
 * Loads a run's last checkpoint onto a backend.
 *
 * @throws UserError if the folder is no run, has no checkpoint yet, or is damaged
 */
export async function loadRun(
  directory: string,
  { backend: backendName = 'auto', threads }: BackendOptions,
  terminal: Terminal,
): Promise<LoadedRun> {
  const onWarning = (line: string): void => terminal.note(`Warning: ${line}`);
  const folder = await openRunFolder(directory, { onWarning });
  const path = join(directory, 'config.json');
  const config = readTrainConfig(folder.config, path);
  const description = readRunDescription(folder.config, path);
  const { method } = await loadMethodOfRun(config.method, description.methodSource, onWarning);
  const checkpoint = await folder.loadCheckpoint();
  if (checkpoint === undefined) {
    throw new UserError(`${directory} has no checkpoint yet: go on with "ssl train --resume ${directory}"`);
  }
  // `useBackend` checks the name.
  const backend = await useBackend(backendName as BackendName, threads === undefined ? {} : { threads });

  const createUntrainedBackbone = (): Backbone => {
    const { name, width, stem, initialization } = config.backbone;
    return createBackbone(name, {
      random: createRandom(config.seed, 'backbone'),
      image: description.image,
      initialization,
      ...(width !== undefined && { width }),
      ...(stem !== undefined && { stem }),
    });
  };
  const { length, classNames } = description.dataset;
  const state = initState(
    method,
    {
      backbone: createUntrainedBackbone(),
      random: createRandom(config.seed, 'method'),
      image: description.image,
      batchSize: config.batchSize,
      totalEpochs: config.epochs,
      totalSteps: description.totalSteps,
      dataset: { length, ...(classNames && { classes: classNames.length }) },
    },
    config.methodOptions,
  );
  restoreCheckpoint(checkpoint, { state });
  return {
    directory,
    config,
    description,
    method,
    backbone: state.backbone,
    state,
    checkpoint,
    backend,
    createUntrainedBackbone,
    dispose: () => disposeTrees(state.trainable, state.buffers),
  };
}
