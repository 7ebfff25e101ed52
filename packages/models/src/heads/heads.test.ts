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
  shapeOf,
} from '../fixtures/golden.testing.ts';
import { treesOf } from '../parameter-tree.ts';
import { createDinoHead } from './dino-head.ts';
import { createProjectionHead } from './projection-head.ts';
import { createWeightNormClassifier } from './weight-norm-classifier.ts';

const golden = readGolden('layers.json');
const random = createRandom(0);
const training = { training: true };

describe.each(['wasm', 'cpu'] as const)('heads on %s, against the authors’ code', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it('selfclassifier_mlp_head', () => {
    tf.tidy(() => {
      const reference = golden('selfclassifier_mlp_head');
      const linearWeights = Object.entries(reference.inputs).filter(
        ([key, { shape }]) => /^mlp\.\d+\.weight$/.test(key) && shape.length === 2,
      );
      const [hiddenDim, inDim] = shapeOf(reference, 'mlp.0.weight') as readonly [number, number];
      const [classes, outDim] = shapeOf(reference, 'cls.weight_v') as readonly [number, number];
      const hiddenLayers = linearWeights.length - 1;
      const head = createProjectionHead({ inDim, hiddenDim, hiddenLayers, outDim, random });
      const classifier = createWeightNormClassifier({ inDim: outDim, classes, random });
      const { parameters } = treesOf({ '': head, cls: classifier });
      fillFromGolden(parameters, reference.inputs);
      const x = goldenTensor<tf.Tensor2D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(head.forward(x, training), reference, 'embedding');

      const gradients = gradientsOf(x, parameters, (input) => {
        const logits = classifier.forward(head.forward(input, training), training);
        expectGolden(logits, reference, 'logits');
        return tf.sum(tf.mul(logits, dout));
      });
      for (const [name, gradient] of gradients) {
        expectGolden(gradient, reference, `grad_${name}`, { relative: 2e-4, floor: 5e-6 });
      }
    });
  });

  it.each(['weight_norm_linear_g1', 'weight_norm_linear'])('%s', (name) => {
    tf.tidy(() => {
      const reference = golden(name);
      const [classes, inDim] = shapeOf(reference, 'weight_v') as readonly [number, number];
      const classifier = createWeightNormClassifier({ inDim, classes, random });
      fillFromGolden(classifier.parameters, reference.inputs);
      const x = goldenTensor<tf.Tensor2D>(reference.inputs, 'x');
      const dout = goldenTensor(reference.inputs, 'dout');
      expectGolden(classifier.forward(x, training), reference, 'y');
      const gradients = gradientsOf(x, classifier.parameters, (input) =>
        tf.sum(tf.mul(classifier.forward(input, training), dout)),
      );
      for (const [parameter, gradient] of gradients) expectGolden(gradient, reference, `grad_${parameter}`);
    });
  });
});

describe('createProjectionHead', () => {
  it('ends in a batch norm without weights where asked to', () => {
    tf.tidy(() => {
      // PyTorch's start: the authors' gives outputs so small that the norm's epsilon counts.
      const shape = { inDim: 3, hiddenDim: 8, hiddenLayers: 1, outDim: 4 };
      const options = { ...shape, normalize: false, initialization: 'pytorch', random } as const;
      const head = createProjectionHead({ ...options, outputNorm: true });
      expect([...head.parameters.keys()].filter((name) => /^mlp\.[34]/.test(name))).toEqual(['mlp.3.weight']);
      const { mean, variance } = tf.moments(
        head.forward(tf.randomNormal([64, 3], 0, 1, 'float32', 5), training),
        0,
      );
      for (const value of mean.dataSync()) expect(value).toBeCloseTo(0, 5);
      for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 2);
      const withoutBias = createProjectionHead({ ...options, outputBias: false });
      expect(withoutBias.parameters.has('mlp.3.bias')).toBe(false);
    });
  });

  it('puts out rows of unit length, or not', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, -1, 0.5, 2], [2, 3]);
      const lengths = (normalize: boolean): number[] => {
        const head = createProjectionHead({ inDim: 3, hiddenDim: 8, outDim: 4, normalize, random });
        return [...tf.norm(head.forward(x, training), 2, 1).dataSync()];
      };
      for (const length of lengths(true)) expect(length).toBeCloseTo(1, 5);
      for (const length of lengths(false)) expect(Math.abs(length - 1)).toBeGreaterThan(0.01);
    });
  });

  it.each([
    ['leaky-relu', 0.01],
    ['relu', 0],
  ] as const)('activates with %s, of slope %d below 0', (activation, slope) => {
    const head = createProjectionHead({
      ...{ inDim: 3, hiddenDim: 3, hiddenLayers: 1, outDim: 3, normalize: false },
      activation,
      random,
    });
    tf.tidy(() => {
      for (const layer of ['mlp.0', 'mlp.3']) {
        head.parameters.get(`${layer}.weight`)?.variable.assign(tf.eye(3));
        head.parameters.get(`${layer}.bias`)?.variable.assign(tf.zeros([3]));
      }
      // In evaluation a fresh batch norm divides by √(1 + 1e-5).
      const x = tf.tensor2d([-200, -1, 0, 0.5, 3, -0.25], [2, 3]);
      const activated = [...head.forward(x, { training: false }).dataSync()];
      const expected = [...x.dataSync()].map((value) => (value < 0 ? slope * value : value));
      for (const [index, value] of expected.entries()) expect(activated[index]).toBeCloseTo(value, 4);
    });
  });

  it('names its layers as in the authors’ checkpoints, with any number of hidden layers', () => {
    const names = (hiddenLayers: number): string[] =>
      [...createProjectionHead({ inDim: 3, hiddenDim: 2, hiddenLayers, random }).parameters.keys()].filter(
        (name) => name.endsWith('weight'),
      );
    expect(names(0)).toEqual(['mlp.0.weight']);
    expect(names(2)).toEqual([
      'mlp.0.weight',
      'mlp.1.weight',
      'mlp.3.weight',
      'mlp.4.weight',
      'mlp.6.weight',
    ]);
  });

  it('starts its linear layers with deviation 0.02 and biases 0, or as PyTorch does', () => {
    const weights = (initialization: 'truncated-normal' | 'pytorch', name: string): Float32Array => {
      const head = createProjectionHead({ inDim: 64, hiddenDim: 128, initialization, random });
      return head.parameters.get(name)?.variable.dataSync() as Float32Array;
    };
    const start = weights('truncated-normal', 'mlp.0.weight');
    const deviation = Math.sqrt(start.reduce((sum, value) => sum + value ** 2, 0) / start.length);
    expect(deviation).toBeCloseTo(0.02, 3);
    expect(weights('truncated-normal', 'mlp.0.bias')).toEqual(new Float32Array(128));
    expect(Math.max(...weights('pytorch', 'mlp.0.weight'))).toBeCloseTo(1 / 8, 3);
    expect(Math.max(...weights('pytorch', 'mlp.0.bias'))).toBeCloseTo(1 / 8, 2);
  });
});

describe('createWeightNormClassifier', () => {
  it('keeps fixed lengths out of the parameters', () => {
    const classifier = createWeightNormClassifier({ inDim: 4, classes: 3, trainableScale: false, random });
    expect([...classifier.parameters.keys()]).toEqual(['weight_v']);
    expect([...classifier.buffers.keys()]).toEqual(['weight_g']);
  });

  it('gives the same logits after its directions were brought to unit length', () => {
    const classifier = createWeightNormClassifier({ inDim: 4, classes: 3, random });
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [1, 4]);
      const before = [...classifier.forward(x, training).dataSync()];
      classifier.normalizeDirections();
      for (const [index, logit] of [...classifier.forward(x, training).dataSync()].entries()) {
        expect(logit).toBeCloseTo(before[index] as number, 5);
      }
      const direction = classifier.parameters.get('weight_v')?.variable as tf.Variable;
      for (const length of tf.norm(direction, 2, 0).dataSync()) expect(length).toBeCloseTo(1, 6);
    });
  });
});

describe('createDinoHead', () => {
  const dims = { inDim: 6, hiddenDim: 5, bottleneckDim: 4, outDim: 7, random };

  it('has the authors’ parameters, and prototypes of length 1 that stay so', () => {
    const head = createDinoHead(dims);
    const mlp = ['mlp.0', 'mlp.2', 'mlp.4'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
    expect([...head.parameters.keys()]).toEqual([...mlp, 'last_layer.weight_v']);
    expect([...head.buffers.keys()]).toEqual(['last_layer.weight_g']);
    const trained = createDinoHead({ ...dims, normLastLayer: false, batchNorm: true });
    expect([...trained.parameters.keys()].filter((name) => name.endsWith('weight'))).toEqual(
      ['mlp.0', 'mlp.1', 'mlp.3', 'mlp.4', 'mlp.6'].map((name) => `${name}.weight`),
    );
    expect(trained.parameters.has('last_layer.weight_g')).toBe(true);
  });

  it('gives cosines of unit embeddings and prototypes', () => {
    const head = createDinoHead(dims);
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R2>([3, 6], 0, 1, 'float32', 1);
      const embeddings = head.embed(x, training);
      for (const length of tf.norm(embeddings, 2, 1).dataSync()) expect(length).toBeCloseTo(1, 5);
      const logits = head.forward(x, training);
      expect(logits.shape).toEqual([3, 7]);
      const prototypes = head.parameters.get('last_layer.weight_v')?.variable as unknown as tf.Tensor2D;
      const lengths = tf.norm(prototypes, 2, 0, true);
      const cosines = [...tf.div(tf.matMul(embeddings, prototypes), lengths).dataSync()];
      for (const [index, logit] of [...logits.dataSync()].entries())
        expect(logit).toBeCloseTo(cosines[index] as number, 5);
    });
  });
});
