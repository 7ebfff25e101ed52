import { UserError, nearestName } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { BufferTree, HostArray, HostBuffer, Parameter } from '../parameter.ts';
import { isHostBuffer } from '../parameter-tree.ts';
import type { SafeTensor } from './safetensors-dtype.ts';
import { fileShape, fromFileLayout, toFileLayout } from './tensor-layout.ts';
import { toFloat32 } from './to-float32.ts';

/** How strictly to load. */
export interface LoadTreeOptions {
  /** What the weights are called in error messages, e.g. the file's path. */
  readonly source?: string;
  /** Whether the weights may hold tensors that the tree lacks, e.g. torchvision's `fc`; default false. */
  readonly allowExtra?: boolean;
}

/**
 * The values of a tree as a weight file holds them: PyTorch's layout, names as they are; copies, so that later
 * steps do not change them. Parameters are float32 or int32; host buffers keep their type.
 */
export async function treeToTensors(tree: BufferTree): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, entry] of tree) {
    tensors.set(name, isHostBuffer(entry) ? hostTensor(entry) : await parameterTensor(entry));
  }
  return tensors;
}

/**
 * Sets every entry of a tree to the tensor of its name. Nothing is changed unless everything fits. A float32
 * parameter also takes F16, BF16 and F64.
 *
 * @throws UserError that names the first tensor that is missing, of another shape (with both shapes) or type,
 * or, without `allowExtra`, unknown to the tree
 */
export function loadTree(
  tree: BufferTree,
  tensors: ReadonlyMap<string, SafeTensor>,
  { source = 'weights', allowExtra = false }: LoadTreeOptions = {},
): void {
  const [mismatch] = treeMismatches(tree, tensors);
  if (mismatch !== undefined) throw new UserError(`${source}: ${mismatch}`);
  const assignments: (() => void)[] = [];
  for (const [name, entry] of tree) {
    const tensor = tensors.get(name) as SafeTensor;
    assignments.push(
      isHostBuffer(entry) ? fillHost(source, name, entry, tensor) : fill(source, name, entry, tensor),
    );
  }
  if (!allowExtra) {
    for (const name of tensors.keys()) {
      if (!tree.has(name)) throw new UserError(`${source}: tensor "${name}" has no place in the model`);
    }
  }
  for (const assign of assignments) assign();
}

/**
 * What keeps weights from fitting a tree: a phrase for each entry whose tensor is missing, with the nearest name, or of
 * another shape, with both shapes. Empty where everything fits; tensors that the tree lacks do not count.
 */
export function treeMismatches(
  tree: BufferTree,
  tensors: ReadonlyMap<string, SafeTensor>,
): readonly string[] {
  return [...tree].flatMap(([name, entry]) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      const nearest = nearestName(name, [...tensors.keys()]);
      const hint = nearest === undefined ? '' : ` (the nearest is "${nearest}")`;
      return [`no tensor "${name}", which the model needs${hint}`];
    }
    const expected = isHostBuffer(entry) ? entry.shape : fileShape(entry.layout, entry.variable.shape);
    if (expected.join() === tensor.shape.join()) return [];
    return [`tensor "${name}" is [${tensor.shape.join(',')}], the model needs [${expected.join(',')}]`];
  });
}

function typeError(source: string, name: string, got: string, needed: string): UserError {
  return new UserError(`${source}: tensor "${name}" is of type ${got}, the model needs ${needed}`);
}

async function parameterTensor({ variable, layout }: Parameter): Promise<SafeTensor> {
  const values = await variable.data();
  if (variable.dtype === 'int32') {
    return { dtype: 'I32', shape: [...variable.shape], data: Int32Array.from(values) };
  }
  const data = toFileLayout(layout, variable.shape, Float32Array.from(values));
  return { dtype: 'F32', shape: fileShape(layout, variable.shape), data };
}

function fill(source: string, name: string, { variable, layout }: Parameter, tensor: SafeTensor): () => void {
  const { dtype } = tensor;
  const shape = [...variable.shape];
  if (variable.dtype === 'int32') {
    if (dtype !== 'I32') throw typeError(source, name, dtype, 'I32');
    return () => tf.tidy(() => variable.assign(tf.tensor(tensor.data, shape, 'int32')));
  }
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16' && dtype !== 'F64') {
    throw typeError(source, name, dtype, 'F32, F16, BF16 or F64');
  }
  return () => {
    const values = fromFileLayout(layout, shape, toFloat32(tensor));
    tf.tidy(() => variable.assign(tf.tensor(values, shape, 'float32')));
  };
}

function hostTensor({ shape, data }: HostBuffer): SafeTensor {
  return { dtype: hostDtype(data), shape: [...shape], data: data.slice() } as SafeTensor;
}

function fillHost(source: string, name: string, { data }: HostBuffer, tensor: SafeTensor): () => void {
  const needed = hostDtype(data);
  if (tensor.dtype !== needed) throw typeError(source, name, tensor.dtype, needed);
  return () => {
    for (let i = 0; i < data.length; i++) data[i] = tensor.data[i] as never;
  };
}

function hostDtype(data: HostArray): SafeTensor['dtype'] {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof BigInt64Array) return 'I64';
  return 'U8';
}
