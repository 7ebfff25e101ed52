import {
  loadTree,
  mergeTrees,
  treeToTensors,
  type BufferTree,
  type HostBuffer,
  type Parameter,
} from '@ssl/models';
import type { Checkpoint, TrainerState } from '../run/checkpoint.ts';
import type { StateTrees } from './state-trees.ts';

type Entry = Parameter | HostBuffer;

/** Everything of a run that changes: the method's state, and the optimizer's slots where it is to be trained on. */
export interface Trained {
  readonly trees: StateTrees;
  readonly slots?: BufferTree;
}

/** The values of a run, with its place in training, as a checkpoint keeps them: copies. */
export async function captureCheckpoint(
  { trees, slots = new Map() }: Trained,
  place: TrainerState,
): Promise<Checkpoint> {
  return {
    weights: await treeToTensors(weightsOf(trees)),
    trainer: await treeToTensors(mergeTrees<Entry>({ optimizer: slots, '': trees.others })),
    state: place,
  };
}

/**
 * Sets a method's state, and an optimizer's slots where there are any, to the values of a checkpoint. Without
 * slots, those of the checkpoint are passed over: enough to predict and to evaluate.
 *
 * @throws UserError that names the first tensor that does not fit, e.g. of another backbone
 */
export function restoreCheckpoint({ weights, trainer }: Checkpoint, { trees, slots }: Trained): void {
  loadTree(weightsOf(trees), weights, { source: 'checkpoint (weights)' });
  loadTree(mergeTrees<Entry>({ optimizer: slots ?? new Map(), '': trees.others }), trainer, {
    source: 'checkpoint (trainer)',
    allowExtra: slots === undefined,
  });
}

/**
 * What `weights.safetensors` holds: the trained networks, with their batch-norm statistics. The backbone's tensors have
 * torchvision's names, without a prefix, so that other tools can load them; heads keep the method's names.
 */
function weightsOf({ trainable, buffers }: StateTrees): BufferTree {
  const weights = new Map<string, Entry>();
  for (const [name, entry] of [...trainable, ...buffers] as readonly (readonly [string, Entry])[]) {
    const path = name.startsWith('backbone.') ? name.slice('backbone.'.length) : name;
    if (weights.has(path)) throw new Error(`checkpoint: "${path}" is a name of the backbone and of a head`);
    weights.set(path, entry);
  }
  return weights;
}
