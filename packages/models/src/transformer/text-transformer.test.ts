import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, fillFromGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { disposeModule } from '../parameter-tree.ts';
import { createTextTransformer, type TextTransformerOptions } from './text-transformer.ts';

const evaluation = { training: false };
const options = {
  vocabulary: 9,
  length: 6,
  dim: 8,
  depth: 2,
  heads: 2,
  mlpRatio: 2,
  paddingId: 8,
  random: createRandom(0),
};

describe.each(['wasm', 'cpu'] as const)('a text transformer on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it('has the values and gradients of PyTorch’s encoder', () => {
    const reference = readGolden('transformers.json')('text');
    const { inputs } = reference;
    const sizes = reference.params as unknown as Omit<TextTransformerOptions, 'random'>;
    const model = createTextTransformer({ ...sizes, random: createRandom(0) });
    const names = Object.keys(inputs).filter((name) => !['ids', 'dout'].includes(name));
    expect(new Set(model.parameters.keys())).toEqual(new Set(names));
    fillFromGolden(model.parameters, inputs);
    tf.tidy(() => {
      const features = () => model.features(goldenTensor(inputs, 'ids'), evaluation);
      expectGolden(features(), reference, 'features', { floor: 3e-6 });
      const { grads } = tf.variableGrads(() => tf.sum(tf.mul(features(), goldenTensor(inputs, 'dout'))));
      for (const [name, { variable, layout }] of model.parameters) {
        const gradient = grads[variable.name] as tf.Tensor;
        const inFile = layout === 'linear' ? tf.transpose(gradient) : gradient;
        expectGolden(inFile, reference, `grad_${name}`, { floor: 1e-5 });
      }
    });
    disposeModule(model);
  });

  it('gives a text the same features with padding as without, and in a batch as alone', () => {
    const model = createTextTransformer(options);
    tf.tidy(() => {
      const alone = model.features(ids([[3, 1, 4]]), evaluation);
      expect(alone.shape).toEqual([1, 8]);
      const batch = model.features(
        ids([
          [3, 1, 4, 8, 8, 8],
          [0, 5, 5, 2, 7, 8],
        ]),
        evaluation,
      );
      expect(largestDifference(tf.slice(batch, [0, 0], [1, 8]), alone)).toBeLessThan(1e-6);
      const tokens = model.tokens(ids([[0, 5, 5, 2, 7]]), evaluation);
      expect(largestDifference(tf.mean(tokens, 1), tf.slice(batch, [1, 0], [1, 8]))).toBeLessThan(1e-6);
    });
    disposeModule(model);
  });

  it('gives zeros for nothing but padding', () => {
    const model = createTextTransformer(options);
    tf.tidy(() => {
      expect([...model.features(ids([[8, 8]]), evaluation).dataSync()]).toEqual(new Array(8).fill(0));
    });
    disposeModule(model);
  });

  it('tells texts apart by their order', () => {
    const model = createTextTransformer(options);
    tf.tidy(() => {
      const features = (text: number[]) => model.features(ids([text]), evaluation);
      expect(largestDifference(features([1, 2, 3]), features([3, 2, 1]))).toBeGreaterThan(1e-4);
    });
    disposeModule(model);
  });

  it.each([
    { kernelSize: 1 },
    { kernelSize: 3 },
    { kernelSize: 3, localDim: 5 },
    { kernelSize: 3, localDim: 5, features: 'hidden' as const },
  ])('has the gradients of finite differences, with %j', (more) => {
    const model = createTextTransformer({ ...options, ...more });
    tf.tidy(() => {
      for (const { variable } of model.parameters.values()) {
        variable.assign(tf.randomNormal(variable.shape, 0, 0.5, 'float32', 1));
      }
      const batch = ids([
        [3, 1, 3, 8, 8],
        [0, 5, 5, 2, 8],
      ]);
      const weights = tf.randomNormal([2, model.featureDim], 0, 1, 'float32', 2);
      const ofTokens = tf.tensor3d([1, 2, 0, 0, 0, 3, 4, 5, 6, 0], [2, 5, 1]);
      const objective = (): tf.Scalar => {
        const { tokens, features } = model.tokensAndFeatures(batch, evaluation);
        return tf.add(
          tf.sum(tf.mul(features, weights)),
          tf.sum(tf.mul(tf.slice(tokens, [0, 0, 0], [-1, -1, 3]), ofTokens)),
        );
      };
      const { grads } = tf.variableGrads(objective);
      expect(Object.keys(grads)).toHaveLength(model.parameters.size);
      for (const [name, { variable }] of model.parameters) {
        const direction = tf.randomNormal(variable.shape, 0, 1, 'float32', 3);
        const value = tf.clone(variable);
        const at = (step: number): number => {
          variable.assign(tf.add(value, tf.mul(direction, step)));
          return objective().dataSync()[0] as number;
        };
        const expected = (at(2e-3) - at(-2e-3)) / 4e-3;
        variable.assign(value);
        const slope = tf.sum(tf.mul(grads[variable.name] as tf.Tensor, direction)).dataSync()[0] as number;
        expect(Math.abs(slope - expected), name).toBeLessThan(0.02 * Math.abs(expected) + 0.01);
      }
    });
    disposeModule(model);
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const model = createTextTransformer(options);
    const built = tf.memory().numTensors;
    tf.tidy(() => {
      tf.variableGrads(() => tf.sum(model.features(ids([[1, 2, 8]]), evaluation)));
    });
    expect(tf.memory().numTensors).toBe(built);
    disposeModule(model);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('createTextTransformer', () => {
  it('names what does not fit', async () => {
    await useBackend('wasm', { threads: 1 });
    expect(() => createTextTransformer({ ...options, paddingId: 9 })).toThrow('from 0 to 8');
    expect(() => createTextTransformer({ ...options, heads: 3 })).toThrow('must divide dim 8, got 3');
    const model = createTextTransformer(options);
    tf.tidy(() => {
      expect(() => model.tokens(ids([[1, 2, 3, 4, 5, 6, 7]]), evaluation)).toThrow('at most 6 tokens, got 7');
      expect(() => model.tokens(tf.zeros([1, 3]), evaluation)).toThrow('expected int32 ids');
    });
    disposeModule(model);
  });
});

function ids(rows: number[][]): tf.Tensor2D {
  return tf.tensor2d(rows, [rows.length, rows[0]?.length ?? 0], 'int32');
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number);
}
