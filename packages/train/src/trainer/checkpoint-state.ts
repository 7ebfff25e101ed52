import type { MethodState } from '@ssl/losses';
import {
  loadTree,
  mergeTrees,
  treeToTensors,
  type BufferTree,
  type HostBuffer,
  type Parameter,
} from '@ssl/models';
import type { Checkpoint, TrainerState } from '../run/checkpoint.ts';

type Entry = Parameter | HostBuffer;

/** Everything of a run that changes: the method's state, and the optimizer's slots where it is to be trained on. */
export interface Trained {
  readonly state: MethodState;
  readonly slots?: BufferTree;
}

/** The values of a run, with its place in training, as a checkpoint keeps them: copies. */
export async function captureCheckpoint(
  { state, slots = new Map() }: Trained,
  place: TrainerState,
): Promise<Checkpoint> {
  return {
    weights: await treeToTensors(weightsOf(state)),
    trainer: await treeToTensors(mergeTrees<Entry>({ optimizer: slots, buffers: otherBuffersOf(state) })),
    state: place,
  };
}

/**
 * Sets a method's state, and an optimizer's slots where there are any, to the values of a checkpoint. Without
 * slots, those of the checkpoint are passed over: enough to predict and to evaluate.
 *
 * @throws UserError that names the first tensor that does not fit, e.g. of another backbone
 */
export function restoreCheckpoint({ weights, trainer }: Checkpoint, { state, slots }: Trained): void {
  loadTree(weightsOf(state), weights, { source: 'checkpoint (weights)' });
  loadTree(mergeTrees<Entry>({ optimizer: slots ?? new Map(), buffers: otherBuffersOf(state) }), trainer, {
    source: 'checkpoint (trainer)',
    allowExtra: slots === undefined,
  });
}

/**
 * What `weights.safetensors` holds: the trainable parameters, and the buffers of the modules they are part of, such
 * as batch-norm statistics. The backbone's have torchvision's names, without a prefix, so that other tools can
 * load them; heads keep the method's names.
 */
function weightsOf(state: MethodState): BufferTree {
  const buffers = [...state.buffers].filter(([name]) => isWeight(name, state));
  const weights = new Map<string, Entry>();
  for (const [name, entry] of [...state.trainable, ...buffers] as readonly (readonly [string, Entry])[]) {
    const path = name.startsWith('backbone.') ? name.slice('backbone.'.length) : name;
    if (weights.has(path)) throw new Error(`checkpoint: "${path}" is a name of the backbone and of a head`);
    weights.set(path, entry);
  }
  return weights;
}

/** EMA copies, queues, label tables: what no one but the method needs. */
function otherBuffersOf(state: MethodState): BufferTree {
  return new Map([...state.buffers].filter(([name]) => !isWeight(name, state)));
}

/** Whether a buffer is the backbone's, or stands beside a trainable parameter. */
function isWeight(buffer: string, state: MethodState): boolean {
  if (buffer.startsWith('backbone.')) return true;
  const module = moduleOf(buffer);
  return [...state.trainable.keys()].some((name) => moduleOf(name) === module);
}

function moduleOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}
