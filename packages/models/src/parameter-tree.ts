import * as tf from '@tensorflow/tfjs-core';
import type { BufferTree, HostBuffer, Parameter, ParameterLayout, ParamTree } from './parameter.ts';

/**
 * A parameter with a variable of its own.
 *
 * @param values row-major in the backend's layout (HWIO, `[in, out]`), as many as `shape` holds; their type
 * makes the variable's, float32 or int32
 * @param trainable whether an optimizer may change it; false for buffers
 */
export function createParameter(
  values: Float32Array | Int32Array,
  shape: readonly number[],
  layout: ParameterLayout,
  trainable = true,
): Parameter {
  return tf.tidy(() => ({
    variable: tf.variable(
      tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
      trainable,
    ),
    layout,
  }));
}

/** Whether a buffer lives outside the tensor backend, in a typed array. */
export function isHostBuffer(entry: Parameter | HostBuffer): entry is HostBuffer {
  return 'data' in entry;
}

/**
 * One tree of several, each below its key: `mergeTrees({ backbone: t })` turns `conv1.weight` into
 * `backbone.conv1.weight`. The key `''` adds nothing. Order is kept; variables are shared, not copied.
 *
 * @throws Error if two trees meet in one name
 */
export function mergeTrees<Entry>(
  trees: Readonly<Record<string, ReadonlyMap<string, Entry>>>,
): Map<string, Entry> {
  const merged = new Map<string, Entry>();
  for (const [prefix, tree] of Object.entries(trees)) {
    for (const [name, entry] of tree) {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      if (merged.has(path)) throw new Error(`mergeTrees: two entries named "${path}"`);
      merged.set(path, entry);
    }
  }
  return merged;
}

/** The trees of a module that is made of parts, each part's below its name. */
export function treesOf(
  parts: Readonly<Record<string, { readonly parameters: ParamTree; readonly buffers: BufferTree }>>,
): { readonly parameters: ParamTree; readonly buffers: BufferTree } {
  const entries = Object.entries(parts);
  return {
    parameters: mergeTrees(Object.fromEntries(entries.map(([name, part]) => [name, part.parameters]))),
    buffers: mergeTrees(Object.fromEntries(entries.map(([name, part]) => [name, part.buffers]))),
  };
}

/** Number of values in all parameters of a tree. */
export function parameterCount(tree: ParamTree): number {
  let count = 0;
  for (const { variable } of tree.values()) count += variable.size;
  return count;
}

/**
 * Sets every entry of `target` to the value of the entry of the same name in `source`, without conversion.
 *
 * @throws Error if the trees differ in a name or a shape
 */
export function copyTree(source: BufferTree, target: BufferTree): void {
  if (source.size !== target.size) {
    throw new Error(`copyTree: ${source.size} entries cannot fill a tree of ${target.size}`);
  }
  for (const [name, to] of target) {
    const from = source.get(name);
    if (from === undefined) throw new Error(`copyTree: the source has no "${name}"`);
    if (isHostBuffer(to)) {
      if (!isHostBuffer(from)) throw new Error(`copyTree: "${name}" is a tensor in the source only`);
      copyHostBuffer(name, from, to);
    } else {
      if (isHostBuffer(from)) throw new Error(`copyTree: "${name}" is a tensor in the target only`);
      to.variable.assign(from.variable);
    }
  }
}

function copyHostBuffer(name: string, from: HostBuffer, to: HostBuffer): void {
  if (from.data.constructor !== to.data.constructor || from.data.length !== to.data.length) {
    throw new Error(`copyTree: "${name}" differs in type or length`);
  }
  for (let i = 0; i < to.data.length; i++) to.data[i] = from.data[i] as never;
}

/** Marks parameters as no optimizer's business: buffers of a method, such as an EMA target. */
export function freezeTree(tree: ParamTree): void {
  for (const { variable } of tree.values()) variable.trainable = false;
}

/** Frees the variables of trees. Variables that are freed already are left alone. */
export function disposeTrees(...trees: readonly BufferTree[]): void {
  for (const tree of trees) {
    for (const entry of tree.values()) {
      if (!isHostBuffer(entry) && !entry.variable.isDisposed) entry.variable.dispose();
    }
  }
}

/** Frees a module's parameters and buffers; it must not be used afterwards. */
export function disposeModule(module: {
  readonly parameters: ParamTree;
  readonly buffers: BufferTree;
}): void {
  disposeTrees(module.parameters, module.buffers);
}
