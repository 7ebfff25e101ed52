import { UserError } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint, TrainerState } from '../run/checkpoint.ts';
import { captureCheckpoint, restoreCheckpoint } from './checkpoint-state.ts';
import type { TrainingSetup } from './training-setup.ts';

/** A checkpoint of a run after a number of steps. */
export function checkpointAt(setup: TrainingSetup, step: number): Promise<Checkpoint> {
  return captureCheckpoint({ state: setup.state, slots: setup.optimizer.slots }, placeAt(setup, step));
}

/**
 * Brings a run to where a checkpoint was saved.
 *
 * @returns the steps done
 * @throws UserError if the checkpoint is of another run: of another method, seed, length, batch size, data set or
 * network
 */
export function resumeFrom(setup: TrainingSetup, checkpoint: Checkpoint): number {
  const { step } = checkpoint.state;
  const expected = describeRun(placeAt(setup, step));
  for (const [what, found] of Object.entries(describeRun(checkpoint.state))) {
    const own = expected[what];
    if (found !== own) {
      throw new UserError(
        `cannot resume: the checkpoint has the ${what} ${found}, this training has ${own}; resume with the settings and data of the run`,
      );
    }
  }
  restoreCheckpoint(checkpoint, { state: setup.state, slots: setup.optimizer.slots });
  return step;
}

function placeAt(setup: TrainingSetup, step: number): TrainerState {
  const { method, config, dataset, stepsPerEpoch, totalSteps } = setup;
  return {
    formatVersion: 1,
    method: method.name,
    step,
    totalSteps,
    stepsPerEpoch,
    batchSize: config.batchSize,
    samples: step * config.batchSize,
    position: { epoch: Math.floor(step / stepsPerEpoch), batch: step % stepsPerEpoch },
    random: { seed: config.seed },
    datasetFingerprint: dataset.fingerprint,
    versions: { 'tfjs-core': tf.version_core },
  };
}

/** What must be the same for a run to go on. */
function describeRun(state: TrainerState): Record<string, string | number> {
  return {
    method: state.method,
    seed: state.random.seed,
    'batch size': state.batchSize,
    'data set of fingerprint': state.datasetFingerprint,
    'number of steps': state.totalSteps,
  };
}
