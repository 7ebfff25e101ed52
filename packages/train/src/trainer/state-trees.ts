import type { AnyMethod, MethodState, ModelPart } from '@ssl/losses';
import {
  disposeTrees,
  mergeTrees,
  treesOf,
  type BufferTree,
  type HostBuffer,
  type Parameter,
  type ParamTree,
} from '@ssl/models';
import { methodError } from './method-guard.ts';

type Entry = Parameter | HostBuffer;

/** What a method's state holds, by what is done with it. */
export interface StateTrees {
  /** What the optimizer updates: the backbone's parameters (`backbone.…`) and the modules'. */
  readonly trainable: ParamTree;
  /** What belongs to the trained networks and is not optimised, such as batch-norm statistics. */
  readonly buffers: BufferTree;
  /** Frozen networks (`frozen.…`) and memory (`memory.…`). */
  readonly others: BufferTree;
}

/**
 * Sorts a method's state by its roles.
 *
 * @throws MethodError if a module is called like the backbone, or a role holds what has no parameters and buffers
 */
export function stateTrees(method: AnyMethod, state: MethodState): StateTrees {
  const { backbone, modules = {}, frozen = {}, memory = {} } = state;
  if ('backbone' in modules) {
    throw methodError(method, 'init', 'a module cannot be called "backbone"; give it another name');
  }
  for (const [name, part] of Object.entries(modules)) checkPart(method, `modules.${name}`, part);
  const trained = treesOf({ backbone, ...modules });
  const copies = Object.entries(frozen).flatMap(([name, part]) => partsOf(method, name, part));
  const memories = Object.entries(memory).map(([name, { buffers }]) => [`memory.${name}`, buffers] as const);
  return {
    trainable: trained.parameters,
    buffers: trained.buffers,
    others: mergeTrees<Entry>(Object.fromEntries([...copies, ...memories])),
  };
}

/** Everything of a state that is saved. */
export function allTrees({ trainable, buffers, others }: StateTrees): readonly BufferTree[] {
  return [trainable, buffers, others];
}

/** Frees a state. */
export function disposeState(trees: StateTrees): void {
  disposeTrees(...allTrees(trees));
}

/** The trees of a frozen part, which may be several networks under one name. */
function partsOf(
  method: AnyMethod,
  name: string,
  part: ModelPart | Readonly<Record<string, ModelPart>>,
): readonly (readonly [string, BufferTree])[] {
  const parts = isPart(part) ? { '': part } : part;
  return Object.entries(parts).map(([inner, { parameters, buffers }]) => {
    const path = `frozen.${name}${inner === '' ? '' : `.${inner}`}`;
    for (const [parameter, { variable }] of parameters) {
      if (variable.trainable) {
        throw methodError(
          method,
          'init',
          `"${path}.${parameter}" is frozen and marked trainable; use freezeTree`,
        );
      }
    }
    return [path, new Map<string, Entry>([...parameters, ...buffers])] as const;
  });
}

function isPart(part: ModelPart | Readonly<Record<string, ModelPart>>): part is ModelPart {
  return part['parameters'] instanceof Map;
}

function checkPart(method: AnyMethod, name: string, part: ModelPart | undefined): void {
  if (part?.parameters instanceof Map && part.buffers instanceof Map) return;
  throw methodError(method, 'init', `expected "${name}" to be a module with parameters and buffers`);
}
