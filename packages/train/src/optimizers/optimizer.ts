import { createParameter, type BufferTree, type Parameter, type ParamTree } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';

/** Gradients by the name of their parameter, each of the parameter's shape. */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Where training stands at an update, for what changes over it. */
export interface UpdatePlace {
  /** Epoch under way, from 0. */
  readonly epoch: number;
  /** Share of all steps that were done before, [0, 1). */
  readonly progress: number;
}

/** Changes parameters along their gradients, and remembers what it needs from step to step. */
export interface Optimizer {
  /** What it remembers (`momentum.conv1.weight`, …), laid out like the parameters: saved in checkpoints. */
  readonly slots: BufferTree;
  /**
   * One step: assigns a new value to every parameter that has a gradient. Leaves the gradients alone.
   *
   * @param learningRate of this step, > 0 or 0
   * @param place default: the first step
   */
  update(gradients: Gradients, learningRate: number, place?: UpdatePlace): void;
  /** Frees the slots. */
  dispose(): void;
}

/** A slot of zeros for every parameter, by the parameter's name. */
export function createSlots(parameters: ParamTree): ReadonlyMap<string, Parameter> {
  const slots = new Map<string, Parameter>();
  for (const [name, { variable, layout }] of parameters) {
    slots.set(name, createParameter(new Float32Array(variable.size), variable.shape, layout, false));
  }
  return slots;
}

/**
 * Calls `change` for every parameter that has a gradient, in the order of the tree.
 *
 * @throws Error for a gradient of another shape than its parameter
 */
export function forEachGradient(
  parameters: ParamTree,
  gradients: Gradients,
  change: (name: string, variable: tf.Variable, gradient: tf.Tensor) => void,
): void {
  for (const [name, { variable }] of parameters) {
    const gradient = gradients.get(name);
    if (gradient === undefined) continue;
    if (gradient.shape.join() !== variable.shape.join()) {
      throw new Error(
        `optimizer: the gradient of "${name}" is [${gradient.shape.join(',')}], the parameter [${variable.shape.join(',')}]`,
      );
    }
    change(name, variable, gradient);
  }
}
