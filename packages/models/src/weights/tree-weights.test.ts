import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBackbone } from '../backbones/registry.ts';
import { readFixture } from '../fixtures/golden.testing.ts';
import type { BufferTree, HostBuffer, Parameter } from '../parameter.ts';
import { createParameter, disposeModule, mergeTrees } from '../parameter-tree.ts';
import { readSafetensors } from './read-safetensors.ts';
import type { SafeTensor } from './safetensors-dtype.ts';
import { loadTree, treeToTensors } from './tree-weights.ts';
import { writeSafetensors } from './write-safetensors.ts';

const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index);

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('treeToTensors and loadTree', () => {
  it('convert kernels, depthwise kernels and linear weights to PyTorch’s layout and back', async () => {
    const tree: BufferTree = new Map([
      ['convolution', createParameter(ramp(24), [1, 2, 3, 4], 'convolution')],
      ['depthwise', createParameter(ramp(6), [1, 2, 3, 1], 'depthwise')],
      ['linear', createParameter(ramp(6), [2, 3], 'linear')],
      ['same', createParameter(ramp(6), [2, 3], 'same')],
    ]);
    const tensors = await treeToTensors(tree);
    expect(tensors.get('convolution')?.shape).toEqual([4, 3, 1, 2]);
    // OIHW: output 0, input 0 at both places, then input 1.
    expect([...(tensors.get('convolution')?.data.slice(0, 4) ?? [])]).toEqual([0, 12, 4, 16]);
    expect(tensors.get('depthwise')?.shape).toEqual([3, 1, 1, 2]);
    expect([...(tensors.get('depthwise')?.data ?? [])]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...(tensors.get('linear')?.data ?? [])]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...(tensors.get('same')?.data ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);

    for (const entry of tree.values()) {
      const { variable } = entry as Parameter;
      tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    }
    loadTree(tree, tensors);
    for (const entry of tree.values()) {
      const { variable } = entry as Parameter;
      expect(variable.dataSync()).toEqual(ramp(variable.size));
      variable.dispose();
    }
  });

  it('load a weight file and write it again byte for byte', async () => {
    const file = readFixture('tiny-resnet18.safetensors');
    const { tensors, metadata } = readSafetensors(file);
    const backbone = createBackbone('resnet18', {
      random: createRandom(0),
      input: { modality: 'image', shape: [32, 32, 3], dtype: 'float32' },
      options: { width: 8 },
    });
    const tree = mergeTrees<Parameter | HostBuffer>({ '': mergeTrees({ a: new Map() }) });
    for (const part of [backbone.parameters, backbone.buffers])
      for (const [name, entry] of part) tree.set(name, entry);
    loadTree(tree, tensors, { allowExtra: true });
    const written = await treeToTensors(tree);
    for (const name of ['fc.weight', 'fc.bias']) written.set(name, tensors.get(name) as SafeTensor);
    expect(Buffer.compare(writeSafetensors(written, metadata), file)).toBe(0);
    disposeModule(backbone);
  });

  it('keep host buffers in their own type', async () => {
    const make = (): BufferTree =>
      new Map<string, HostBuffer>([
        ['count', { shape: [], data: BigInt64Array.of(0n) }],
        ['mean', { shape: [2], data: new Float64Array(2) }],
        ['labels', { shape: [2], data: new Int32Array(2) }],
        ['flags', { shape: [1], data: new Uint8Array(1) }],
      ]);
    const source = make();
    for (const [name, values] of Object.entries({
      count: [9007199254740993n],
      mean: [0.1, 2],
      labels: [3, -1],
      flags: [255],
    })) {
      const { data } = source.get(name) as HostBuffer;
      for (const [index, value] of values.entries()) data[index] = value as never;
    }
    const target = make();
    loadTree(target, readSafetensors(writeSafetensors(await treeToTensors(source))).tensors);
    expect([...target]).toEqual([...source]);
  });

  it('read narrower and wider floats into float32', () => {
    const weight = createParameter(new Float32Array(2), [2], 'same');
    const load = (tensor: SafeTensor): number[] => {
      loadTree(new Map([['w', weight]]), new Map([['w', tensor]]));
      return [...weight.variable.dataSync()];
    };
    expect(load({ dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) })).toEqual([1, -2]);
    expect(load({ dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0) })).toEqual([1, 0]);
    expect(load({ dtype: 'F64', shape: [2], data: Float64Array.of(0.5, 4) })).toEqual([0.5, 4]);
    weight.variable.dispose();
  });

  it('name the first tensor that does not fit, and change nothing', () => {
    const tree: BufferTree = new Map<string, Parameter | HostBuffer>([
      ['fc.weight', createParameter(ramp(6), [2, 3], 'linear')],
      ['fc.bias', createParameter(ramp(3), [3], 'same')],
      ['count', { shape: [], data: BigInt64Array.of(1n) }],
    ]);
    const zeros = (...shape: number[]): SafeTensor => ({
      dtype: 'F32',
      shape,
      data: new Float32Array(shape.reduce((product, side) => product * side, 1)),
    });
    const count: SafeTensor = { dtype: 'I64', shape: [], data: BigInt64Array.of(2n) };
    const attempt = (weights: Record<string, SafeTensor>, allowExtra = false): string => {
      try {
        loadTree(tree, new Map(Object.entries(weights)), { source: 'w.safetensors', allowExtra });
      } catch (error) {
        expect(isUserError(error)).toBe(true);
        return (error as Error).message;
      }
      return 'loaded';
    };
    const fitting = { 'fc.weight': zeros(3, 2), 'fc.bias': zeros(3), count };

    expect(attempt({ ...fitting, 'fc.bias': zeros(4) })).toBe(
      'w.safetensors: tensor "fc.bias" is [4], the model needs [3]',
    );
    expect(attempt({ 'fc.weight': zeros(3, 2), 'fc.bios': zeros(3), count })).toBe(
      'w.safetensors: no tensor "fc.bias", which the model needs (the nearest is "fc.bios")',
    );
    expect(attempt({ ...fitting, 'fc.bias': { dtype: 'I32', shape: [3], data: new Int32Array(3) } })).toBe(
      'w.safetensors: tensor "fc.bias" is of type I32, the model needs F32, F16, BF16 or F64',
    );
    expect(attempt({ ...fitting, count: zeros() })).toBe(
      'w.safetensors: tensor "count" is of type F32, the model needs I64',
    );
    expect(attempt({ ...fitting, head: zeros(1) })).toBe(
      'w.safetensors: tensor "head" has no place in the model',
    );
    expect((tree.get('fc.weight') as Parameter).variable.dataSync()).toEqual(ramp(6));
    expect((tree.get('count') as HostBuffer).data[0]).toBe(1n);

    expect(attempt({ ...fitting, head: zeros(1) }, true)).toBe('loaded');
    expect((tree.get('fc.weight') as Parameter).variable.dataSync()).toEqual(new Float32Array(6));
    expect((tree.get('count') as HostBuffer).data[0]).toBe(2n);
    for (const name of ['fc.weight', 'fc.bias']) (tree.get(name) as Parameter).variable.dispose();
  });
});
