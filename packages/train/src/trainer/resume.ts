import { UserError } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Run } from '../plan/create-run.ts';
import { checkpointFormat, type Checkpoint, type TrainerState } from '../run/checkpoint.ts';
import { captureCheckpoint, restoreCheckpoint } from './checkpoint-state.ts';

/** A run with what it is trained by. */
export interface TrainedRun {
  readonly run: Run;
  readonly optimizer: Optimizer;
  /** Of the data set that it learns from. */
  readonly fingerprint: string;
}

/** A checkpoint of a run after a number of steps. */
export function checkpointAt(trained: TrainedRun, step: number): Promise<Checkpoint> {
  const { run, optimizer } = trained;
  return captureCheckpoint({ trees: run.trees, slots: optimizer.slots }, placeAt(trained, step));
}

/**
 * Brings a run to where a checkpoint was saved. A run that was planned with fewer epochs then is extended.
 *
 * @returns the steps done
 * @throws UserError if the checkpoint is of another run: of another method, seed, batch size, data set or network, or
 * of a longer one
 */
export function resumeFrom(trained: TrainedRun, checkpoint: Checkpoint): number {
  const { step } = checkpoint.state;
  const expected = describeRun(placeAt(trained, step));
  for (const [what, found] of Object.entries(describeRun(checkpoint.state))) {
    const own = expected[what];
    const isExtended = what === lengthOfRun && Number(found) < Number(own);
    if (found !== own && !isExtended) {
      throw new UserError(
        `cannot resume: the checkpoint has the ${what} ${found}, this training has ${own}; resume with the settings and data of the run`,
      );
    }
  }
  restoreCheckpoint(checkpoint, { trees: trained.run.trees, slots: trained.optimizer.slots });
  return step;
}

function placeAt({ run, fingerprint }: TrainedRun, step: number): TrainerState {
  const { config, stepsPerEpoch, totalSteps, streams } = run.plan;
  return {
    formatVersion: checkpointFormat,
    method: run.method.name,
    ...{ step, totalSteps, stepsPerEpoch },
    batchSize: config.batchSize,
    samples: step * (streams[0]?.batchSize ?? config.batchSize),
    position: { epoch: Math.floor(step / stepsPerEpoch), batch: step % stepsPerEpoch },
    random: { seed: config.seed },
    datasetFingerprint: fingerprint,
    versions: { 'tfjs-core': tf.version_core },
  };
}

const lengthOfRun = 'number of steps';

/** What must be the same for a run to go on. */
function describeRun(state: TrainerState): Record<string, string | number> {
  return {
    method: state.method,
    seed: state.random.seed,
    'batch size': state.batchSize,
    'data set of fingerprint': state.datasetFingerprint,
    [lengthOfRun]: state.totalSteps,
  };
}
