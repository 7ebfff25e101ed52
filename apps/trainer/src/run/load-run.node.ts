import { join } from 'node:path';
import type { BackendInfo, BackendName } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import { UserError } from '@ssl/errors';
import type { AnyMethod, MethodState } from '@ssl/losses';
import type { Backbone } from '@ssl/models';
import {
  createRun,
  createRunBackbone,
  disposeState,
  restoreCheckpoint,
  type Checkpoint,
  type Run,
  type RunPlan,
  type TrainConfig,
} from '@ssl/train';
import { openRunFolder } from '@ssl/train/node';
import { loadDataKindOfRun } from '../data-kinds/load-data-kind.node.ts';
import { loadMethodOfRun } from '../methods/load-method.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { readStoredRun, type RunDescription } from './run-description.ts';

/** A run to look at: its network as the last checkpoint has it. */
export interface LoadedRun {
  readonly directory: string;
  readonly config: TrainConfig;
  readonly plan: RunPlan;
  readonly run: Run;
  readonly description: RunDescription;
  readonly method: AnyMethod;
  /** The network that is evaluated. */
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
  const { description, plan } = readStoredRun(folder.config, path);
  const { config } = plan;
  await loadDataKindOfRun(description.dataKindSource, onWarning);
  const { method } = await loadMethodOfRun(config.method, description.methodSource, onWarning);
  const checkpoint = await folder.loadCheckpoint();
  if (checkpoint === undefined) {
    throw new UserError(`${directory} has no checkpoint yet: go on with "ssl train --resume ${directory}"`);
  }
  // `useBackend` checks the name.
  const backend = await useBackend(backendName as BackendName, threads === undefined ? {} : { threads });

  const run = createRun(method, plan);
  restoreCheckpoint(checkpoint, { trees: run.trees });
  return {
    ...{ directory, config, plan, run, description, method, checkpoint, backend },
    backbone: run.evaluated,
    state: run.state,
    createUntrainedBackbone: () => createRunBackbone(plan),
    dispose: () => disposeState(run.trees),
  };
}
