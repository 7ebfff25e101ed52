import { attention, gelu } from '@ssl/backend';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectGolden,
  fillFromGolden,
  goldenTensor,
  gradientsOf,
  readGolden,
} from '../fixtures/golden.testing.ts';
import { disposeModule } from '../parameter-tree.ts';
import { createTransformerBlock, createTransformerBlocks } from '../transformer/transformer-block.ts';
import { createAttention } from './attention.ts';
import { dropPath } from './drop-path.ts';
import { gatherTokens } from './gather-tokens.ts';
import { createLayerNorm } from './layer-norm.ts';

const golden = readGolden('layers_transformer.json');
const random = createRandom(0);
const evaluation = { training: false };

describe.each(['wasm', 'cpu'] as const)('transformer layers on %s, against PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(['layer_norm_eps1e-05', 'layer_norm_eps1e-06'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const { inputs, params } = reference;
      const dim = inputs['gamma']?.shape[0] as number;
      const norm = createLayerNorm({ dim, epsilon: params['eps'] as number });
      norm.parameters.get('weight')?.variable.assign(goldenTensor(inputs, 'gamma'));
      norm.parameters.get('bias')?.variable.assign(goldenTensor(inputs, 'beta'));
      const x = goldenTensor(inputs, 'x');
      expectGolden(norm.forward(x, evaluation), reference, 'y');
      const gradients = gradientsOf(x, norm.parameters, (input) =>
        tf.sum(tf.mul(norm.forward(input, evaluation), goldenTensor(inputs, 'dout'))),
      );
      expectGolden(gradients.get('x') as tf.Tensor, reference, 'grad_x');
      expectGolden(gradients.get('weight') as tf.Tensor, reference, 'grad_gamma');
      expectGolden(gradients.get('bias') as tf.Tensor, reference, 'grad_beta');
      disposeModule(norm);
    });
  });

  it('gelu_exact', () => {
    tf.tidy(() => {
      const reference = golden('gelu_exact');
      const x = goldenTensor(reference.inputs, 'x');
      expectGolden(gelu(x), reference, 'y');
      const gradient = tf.grad((input) =>
        tf.sum(tf.mul(gelu(input), goldenTensor(reference.inputs, 'dout'))),
      );
      expectGolden(gradient(x), reference, 'grad_x');
    });
  });

  it('vit_block', () => {
    tf.tidy(() => {
      const reference = golden('vit_block');
      const { inputs, params } = reference;
      const block = createTransformerBlock({
        dim: params['dim'] as number,
        heads: params['heads'] as number,
        mlpRatio: params['mlp_ratio'] as number,
        epsilon: params['ln_eps'] as number,
        random,
      });
      fillFromGolden(block.parameters, inputs);
      const x = goldenTensor<tf.Tensor3D>(inputs, 'x');
      expectGolden(block.forward(x, evaluation), reference, 'y', { floor: 2e-6 });
      const gradients = gradientsOf(x, block.parameters, (input) =>
        tf.sum(tf.mul(block.forward(input, evaluation), goldenTensor(inputs, 'dout'))),
      );
      const expected = Object.keys(reference.outputs).filter((key) => key.startsWith('grad_'));
      expect(expected.length).toBeGreaterThan(1);
      for (const key of expected) {
        const gradient = gradients.get(key.replace('grad_', '')) as tf.Tensor;
        expectGolden(gradient, reference, key, { floor: 5e-6 });
      }
      disposeModule(block);
    });
  });

  it('attention has the gradients of its composition by stock ops, with and without a mask', () => {
    tf.tidy(() => {
      const [q, k, v, weights] = [1, 2, 3, 4].map((seed) =>
        tf.randomNormal([4, 5, 3], 0, 1, 'float32', seed),
      );
      // Two samples of two heads each.
      const keyMask = tf.tensor2d([1, 1, 0, 1, 0, 0, 1, 1, 1, 1], [2, 5], 'bool');
      const mask = tf.gather(tf.mul(tf.sub(1, tf.cast(keyMask, 'float32')), -1e9), [0, 0, 1, 1]);
      for (const options of [{ scale: 0.6 }, { scale: 1.3, keyMask }]) {
        const composed = (...[a, b, c]: tf.Tensor[]): tf.Tensor => {
          const products = tf.mul(tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true), options.scale);
          return tf.matMul(
            tf.softmax('keyMask' in options ? tf.add(products, tf.expandDims(mask, 1)) : products),
            c as tf.Tensor,
          );
        };
        const fused = (...[a, b, c]: tf.Tensor[]): tf.Tensor =>
          attention(a as tf.Tensor3D, b as tf.Tensor3D, c as tf.Tensor3D, options);
        const inputs = [q, k, v] as tf.Tensor[];
        expect(largestDifference(fused(...inputs), composed(...inputs))).toBeLessThan(1e-6);
        const objective =
          (of: typeof fused) =>
          (...all: tf.Tensor[]) =>
            tf.sum(tf.mul(of(...all), weights as tf.Tensor));
        const expected = tf.grads(objective(composed))(inputs);
        for (const [index, gradient] of tf.grads(objective(fused))(inputs).entries()) {
          expect(largestDifference(gradient, expected[index] as tf.Tensor)).toBeLessThan(2e-6);
        }
      }
    });
  });

  it('takes tokens by index, and gives their gradients back, summed where one was taken twice', () => {
    tf.tidy(() => {
      const x = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);
      const indices = tf.tensor2d([2, 0, 1, 1], [2, 2], 'int32');
      expect([...gatherTokens(x, indices).dataSync()]).toEqual([5, 6, 1, 2, 9, 10, 9, 10]);
      const weights = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
      const gradient = tf.grad((input) =>
        tf.sum(tf.mul(gatherTokens(input as tf.Tensor3D, indices), weights)),
      );
      expect([...gradient(x).dataSync()]).toEqual([3, 4, 0, 0, 1, 2, 0, 0, 12, 14, 0, 0]);
    });
  });
});

describe('transformer layers', () => {
  beforeAll(async () => {
    await useBackend('wasm', { threads: 1 });
  });

  it('attention ignores the tokens that may not be attended to', () => {
    const layer = createAttention({ dim: 8, heads: 2, random });
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R3>([2, 5, 8], 0, 1, 'float32', 1);
      const keyMask = tf.tensor2d([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], [2, 5], 'bool');
      const short = layer.forward(tf.slice(x, [0, 0, 0], [2, 3, 8]), evaluation);
      const padded = tf.slice(layer.forward(x, evaluation, { keyMask }), [0, 0, 0], [2, 3, 8]);
      expect(largestDifference(short, padded)).toBeLessThan(1e-6);
      const unmasked = tf.slice(layer.forward(x, evaluation), [0, 0, 0], [2, 3, 8]);
      expect(largestDifference(short, unmasked)).toBeGreaterThan(1e-4);
    });
    disposeModule(layer);
  });

  it('attention refuses heads that do not divide the dimension', () => {
    expect(() => createAttention({ dim: 8, heads: 3, random })).toThrow('divides dim 8, got 3');
  });

  it('drops paths by the sample’s place, keeps the mean, and does nothing in evaluation', () => {
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R3>([4000, 1, 2]);
      const context = { training: true, random: createRandom(3) };
      const values = [...dropPath(x, 0.2, context).dataSync()];
      expect(new Set(values)).toEqual(new Set([0, Math.fround(1.25)]));
      expect(values.every((value, index) => value === values[index - (index % 2)])).toBe(true);
      expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1, 1);

      const part = tf.ones<tf.Rank.R3>([2, 1, 2]);
      const places = [17, 3999];
      expect([...dropPath(part, 0.2, { ...context, placeOf: (row) => places[row]! }).dataSync()]).toEqual(
        places.flatMap((place) => [values[2 * place], values[2 * place]]),
      );
      expect(dropPath(x, 0.2, { training: false })).toBe(x);
      expect(() => dropPath(x, 0.2, { training: true })).toThrow('set random in the forward context');
    });
  });

  it('shows the hidden units of each block’s MLP, and makes its result of them', () => {
    const sizes = { dim: 4, mlpRatio: 2.5, heads: 1 };
    const blocks = createTransformerBlocks({ ...sizes, depth: 2, random });
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R3>([2, 3, 4], 0, 1, 'float32', 1);
      const shown: tf.Tensor3D[] = [];
      const y = blocks.forward(x, { training: false }, { onHidden: (units) => shown.push(units) });
      expect(largestDifference(y, blocks.forward(x, { training: false }))).toBe(0);
      expect(shown.map(({ shape }) => shape)).toEqual([
        [2, 3, 10],
        [2, 3, 10],
      ]);
      // Without its second layer the last MLP adds nothing, but its hidden units are the same.
      const { variable } = blocks.parameters.get('1.mlp.fc2.weight') as { variable: tf.Variable };
      variable.assign(tf.zerosLike(variable));
      const again: tf.Tensor3D[] = [];
      const z = blocks.forward(x, { training: false }, { onHidden: (units) => again.push(units) });
      expect(largestDifference(again[1] as tf.Tensor, shown[1] as tf.Tensor)).toBe(0);
      expect(largestDifference(y, z)).toBeGreaterThan(0);
    });
    disposeModule(blocks);
  });

  it('drops each branch of each block on its own, more of them in later blocks', () => {
    const blocks = createTransformerBlocks({ dim: 4, depth: 3, heads: 1, dropPath: 0.5, random });
    tf.tidy(() => {
      for (const { variable } of blocks.parameters.values()) {
        variable.assign(tf.randomNormal(variable.shape, 0, 1, 'float32', 2));
      }
      const context = (seed: number) => ({ training: true, random: createRandom(seed) });
      const same = tf.tile(tf.randomNormal<tf.Rank.R3>([1, 2, 4], 0, 1, 'float32', 1), [2000, 1, 1]);
      const y = blocks.forward(same, context(1));
      expect(largestDifference(blocks.forward(same, context(1)), y)).toBe(0);
      expect(largestDifference(blocks.forward(same, context(2)), y)).toBeGreaterThan(0);

      // Two branches each at rates of 0.25 and 0.5: 16 outcomes, 4 of which keep both of the earlier block's.
      const outcomes = new Map<string, number>();
      for (const value of tf.unstack(tf.slice(y, [0, 0, 0], [-1, 1, 1]))) {
        const outcome = (value.dataSync()[0] as number).toPrecision(5);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      expect(outcomes.size).toBe(16);
      const counts = [...outcomes.values()].sort((a, b) => b - a);
      const four = counts.slice(0, 4).reduce((sum, count) => sum + count, 0);
      expect(four / 2000).toBeCloseTo(0.75 ** 2, 1);
    });
    disposeModule(blocks);
  });

  it('starts weights with deviation 0.02 and biases at 0, from the seed', () => {
    const block = createTransformerBlock({ dim: 64, heads: 2, random: createRandom(5) });
    const again = createTransformerBlock({ dim: 64, heads: 2, random: createRandom(5) });
    for (const [name, { variable }] of block.parameters) {
      const values = [...variable.dataSync()];
      expect([...(again.parameters.get(name)?.variable.dataSync() ?? [])]).toEqual(values);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
      if (name.startsWith('norm')) expect(new Set(values)).toEqual(new Set([name.endsWith('bias') ? 0 : 1]));
      else if (name.endsWith('bias')) expect(deviation).toBe(0);
      else expect(deviation).toBeCloseTo(0.02, 3);
    }
    disposeModule(block);
    disposeModule(again);
  });
});

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number);
}
