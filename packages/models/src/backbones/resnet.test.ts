import type { InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectGolden,
  fillFromGolden,
  goldenTensor,
  gradientsOf,
  numberOf,
  readFixture,
  readGolden,
  shapeOf,
  type GoldenCase,
} from '../fixtures/golden.testing.ts';
import type { Backbone } from '../backbone.ts';
import { createLinear } from '../linear.ts';
import { disposeModule, mergeTrees, parameterCount, treesOf } from '../parameter-tree.ts';
import { createStatisticsRecorder } from '../statistics-recorder.ts';
import { readSafetensors } from '../weights/read-safetensors.ts';
import { loadTree } from '../weights/tree-weights.ts';
import { basicBlock } from '../residual-block.ts';
import { backboneNames, createBackbone, requireMap } from './registry.ts';
import { createResnet } from './resnet.ts';

const random = createRandom(0);
const evaluation = { training: false };
const photo = imageInput(224, 224);
const thumbnail = imageInput(32, 32);

describe.each(['wasm', 'cpu'] as const)('a ResNet on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it('gives the features of torchvision’s with the same weight file', () => {
    const reference = readGolden('tiny-resnet18.json')('tiny_resnet18_import');
    const { tensors } = readSafetensors(readFixture(reference.params['file'] as string));
    expect(tensors.size).toBe(numberOf(reference, 'tensors'));
    const [width] = reference.params['widths'] as readonly [number];
    const backbone = createBackbone('resnet18', { random, input: inputOf(reference), options: { width } });
    const [outDim] = tensors.get('fc.bias')?.shape as readonly [number];
    const classifier = createLinear({ inDim: backbone.featureDim, outDim, random });
    const network = treesOf({ '': backbone, fc: classifier });
    loadTree(network.parameters, tensors, { allowExtra: true });
    loadTree(network.buffers, tensors, { allowExtra: true });
    expect(tensors.size).toBe(network.parameters.size + network.buffers.size);

    tf.tidy(() => {
      const features = backbone.features(goldenTensor(reference.inputs, 'x'), evaluation);
      expectGolden(features, reference, 'features');
      expectGolden(classifier.forward(features, evaluation), reference, 'logits');
      const { map: mapOf, poolMap } = requireMap('test', backbone);
      const map = mapOf(goldenTensor(reference.inputs, 'x'), evaluation);
      expectGolden(poolMap(map), reference, 'features');
      expectGolden(tf.mean(map, [0, 1, 2]), reference, 'layer4_channelMean');
    });
    disposeModule(backbone);
    disposeModule(classifier);
  });
});

describe('a ResNet in training', () => {
  it('has the values, gradients and running statistics of torchvision’s', async () => {
    await useBackend('wasm', { threads: 1 });
    const reference = readGolden('layers_resnet.json')('tiny_cifar_resnet_width4');
    const { inputs } = reference;
    const width = numberOf(reference, 'width');
    const stages = reference.params['layers'] as readonly number[];
    const backbone = createResnet(
      { name: 'small', block: basicBlock, stages, defaultWidth: width, defaultStem: 'cifar' },
      { width, stem: 'cifar', initialization: 'torchvision', input: inputOf(reference) },
      random,
    );
    const outDim = numberOf(reference, 'classes');
    const classifier = createLinear({ inDim: backbone.featureDim, outDim, random });
    fillFromGolden(backbone.parameters, inputs);
    fillFromGolden(backbone.buffers, inputs);
    fillFromGolden(classifier.parameters, inputs, 'fc.');

    tf.tidy(() => {
      const x = goldenTensor<tf.Tensor4D>(inputs, 'x');
      const dout = goldenTensor(inputs, 'dout');
      const features = backbone.features(x, evaluation);
      expectGolden(features, reference, 'features_eval');
      expectGolden(classifier.forward(features, evaluation), reference, 'logits_eval');
      expectGolden(requireMap('test', backbone).map(x, evaluation), reference, 'layer4_eval');

      const recorder = createStatisticsRecorder();
      const parameters = mergeTrees({ '': backbone.parameters, fc: classifier.parameters });
      const gradients = gradientsOf(x, parameters, (images) => {
        const logits = classifier.forward(backbone.features(images, recorder.context), evaluation);
        expectGolden(logits, reference, 'logits_train', { floor: 1e-5 });
        return tf.sum(tf.mul(logits, dout));
      });
      recorder.commit();

      const order = reference.params['parameterOrderOfGradNorms'] as readonly string[];
      expect([...order].sort()).toEqual([...parameters.keys()].sort());
      const norms = tf.stack(order.map((name) => tf.norm(gradients.get(name) as tf.Tensor)));
      expectGolden(norms, reference, 'gradNorms', { relative: 1e-3, floor: 1e-5 });
      for (const key of Object.keys(reference.outputs).filter((name) => name.startsWith('grad_'))) {
        const gradient = gradients.get(key.replace('grad_', '')) as tf.Tensor;
        expectGolden(gradient, reference, key, { relative: 1e-3, floor: 5e-5 });
      }
      for (const key of Object.keys(reference.outputs).filter((name) => name.endsWith('_after'))) {
        const entry = backbone.buffers.get(key.replace('_after', '')) as { variable: tf.Variable };
        expectGolden(entry.variable, reference, key, { floor: 1e-5 });
      }
    });
  });
});

describe('createBackbone', () => {
  it.each([
    ['resnet-tiny', thumbnail, 77_392, 64],
    ['resnet18', photo, 11_176_512, 512],
    ['resnet34', photo, 21_284_672, 512],
    ['resnet50', photo, 23_508_032, 2048],
  ] as const)('builds %s with torchvision’s number of parameters', (name, input, parameters, featureDim) => {
    // PyTorch's start, as it is drawn twice as fast: there are 56 million weights here.
    const backbone = createBackbone(name, { random, input, options: { initialization: 'pytorch' } });
    expect(parameterCount(backbone.parameters)).toBe(parameters);
    expect(backbone.featureDim).toBe(featureDim);
    disposeModule(backbone);
  });

  it('names resnet-tiny’s parameters as torchvision would', () => {
    const backbone = createBackbone('resnet-tiny', { random, input: thumbnail });
    expect([...backbone.parameters.keys()].filter((name) => name.endsWith('weight'))).toEqual([
      'conv1.weight',
      'bn1.weight',
      'layer1.0.conv1.weight',
      'layer1.0.bn1.weight',
      'layer1.0.conv2.weight',
      'layer1.0.bn2.weight',
      'layer2.0.conv1.weight',
      'layer2.0.bn1.weight',
      'layer2.0.conv2.weight',
      'layer2.0.bn2.weight',
      'layer2.0.downsample.0.weight',
      'layer2.0.downsample.1.weight',
      'layer3.0.conv1.weight',
      'layer3.0.bn1.weight',
      'layer3.0.conv2.weight',
      'layer3.0.bn2.weight',
      'layer3.0.downsample.0.weight',
      'layer3.0.downsample.1.weight',
    ]);
    expect([...backbone.buffers.keys()].slice(0, 3)).toEqual([
      'bn1.running_mean',
      'bn1.running_var',
      'bn1.num_batches_tracked',
    ]);
    disposeModule(backbone);
  });

  it.each([
    ['resnet-tiny', thumbnail, 'cifar', [1, 8, 8, 64]],
    ['resnet18', thumbnail, 'cifar', [1, 4, 4, 512]],
    ['resnet18', imageInput(64, 64), 'imagenet', [1, 2, 2, 512]],
    ['resnet18', imageInput(40, 24, 5), 'cifar', [1, 5, 3, 512]],
    ['resnet50', imageInput(96, 70, 1), 'imagenet', [1, 3, 3, 2048]],
  ] as const)('%s chooses a stem for the image and reduces it', (name, input, stem, shape) => {
    const width = name === 'resnet-tiny' ? 16 : 4;
    const backbone = createBackbone(name, { random, input, options: { width } });
    const options = { width, stem, initialization: 'torchvision' };
    expect(backbone.settings).toEqual({ name, options, input });
    const again = createBackbone(name, { random, input, options: backbone.settings.options });
    expect(again.settings).toEqual(backbone.settings);
    disposeModule(again);
    tf.tidy(() => {
      const x = tf.zeros([1, ...input.shape]);
      const expected = [...shape.slice(0, 3), backbone.featureDim];
      expect(requireMap('test', backbone).map(x, evaluation).shape).toEqual(expected);
      expect(backbone.features(x, evaluation).shape).toEqual([1, backbone.featureDim]);
    });
    disposeModule(backbone);
  });

  it('starts convolutions with variance 2 / fan out, and scales with the width', () => {
    const backbone = createBackbone('resnet-tiny', { random, input: thumbnail, options: { width: 32 } });
    const weight = backbone.parameters.get('layer3.0.conv2.weight')?.variable as tf.Variable;
    expect(weight.shape).toEqual([3, 3, 128, 128]);
    const { mean, variance } = tf.tidy(() => {
      const moments = tf.moments(weight);
      return {
        mean: moments.mean.dataSync()[0] as number,
        variance: moments.variance.dataSync()[0] as number,
      };
    });
    expect(Math.abs(mean)).toBeLessThan(2e-4);
    expect(variance / (2 / (9 * 128))).toBeCloseTo(1, 1);
    disposeModule(backbone);
  });

  it('gives the same weights for the same seed, others for another, and PyTorch’s start where asked', () => {
    const weights = (seed: number, initialization: 'torchvision' | 'pytorch' = 'torchvision'): number[] => {
      const backbone = createBackbone('resnet-tiny', {
        random: createRandom(seed),
        input: thumbnail,
        options: { initialization },
      });
      const values = [...(backbone.parameters.get('conv1.weight')?.variable.dataSync() ?? [])];
      disposeModule(backbone);
      return values;
    };
    expect(weights(1)).toHaveLength(3 * 3 * 3 * 16);
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
    expect(Math.max(...weights(1, 'pytorch').map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(27));
  });

  it('clones into variables of their own', () => {
    const before = tf.memory().numTensors;
    const backbone = createBackbone('resnet-tiny', { random, input: thumbnail, options: { width: 4 } });
    const copy = backbone.clone();
    const x = tf.randomUniform<tf.Rank.R4>([2, 8, 8, 3], 0, 1, 'float32', 1);
    const outputs = (): Float32Array[] =>
      [backbone, copy].map((network) =>
        tf.tidy(() => network.features(x, evaluation).dataSync() as Float32Array),
      );
    const [own, copied] = outputs();
    expect(own?.every(Number.isFinite)).toBe(true);
    expect(copied).toEqual(own);

    const recorder = createStatisticsRecorder();
    tf.tidy(() => void backbone.features(x, recorder.context));
    recorder.commit();
    const [changed, unchanged] = outputs();
    expect(unchanged).toEqual(own);
    expect(changed).not.toEqual(own);
    expect(countsOf(backbone)).toEqual(Array<bigint>(9).fill(1n));
    expect(countsOf(copy)).toEqual(Array<bigint>(9).fill(0n));

    disposeModule(backbone);
    disposeModule(copy);
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong with a name, a width or an image', () => {
    expect(() => createBackbone('resnet-tine', { random, input: thumbnail })).toThrow(
      `unknown backbone "resnet-tine": did you mean "resnet-tiny"? (valid: ${backboneNames.join(', ')})`,
    );
    const small = (options: Readonly<Record<string, unknown>>, input = thumbnail) =>
      createBackbone('resnet18', { random, input, options });
    expect(() => small({ width: 0 })).toThrow(
      'createBackbone: resnet18: width: Too small: expected number to be >=1',
    );
    expect(() => small({ widht: 8 })).toThrow('createBackbone: resnet18: Unrecognized key: "widht"');
    expect(() => small({ stem: 'imagenet' }, imageInput(24, 40))).toThrow(
      'resnet18 with the imagenet stem needs images of at least 32×32 pixels, got 24×40; use larger images, or the stem "cifar"',
    );
    const backbone = createBackbone('resnet-tiny', { random, input: thumbnail, options: { width: 1 } });
    expect(() => backbone.features(tf.zeros([1, 3, 32, 3]), evaluation)).toThrow(
      'resnet-tiny with the cifar stem needs images of at least 4×4 pixels, got 3×32; use larger images',
    );
    expect(() => backbone.features(tf.zeros([1, 32, 32, 1]), evaluation)).toThrow(
      'resnet-tiny: expected images [batch,height,width,3], got [1,32,32,1]',
    );
    disposeModule(backbone);
  });
});

function imageInput(height: number, width: number, channels = 3): InputSpec {
  return { modality: 'image', shape: [height, width, channels], dtype: 'float32' };
}

/** What a network takes for a case's images. */
function inputOf(reference: GoldenCase): InputSpec {
  const [, height, width, channels] = shapeOf(reference, 'x') as readonly [number, number, number, number];
  return imageInput(height, width, channels);
}

function countsOf(backbone: Backbone): bigint[] {
  return [...backbone.buffers]
    .filter(([name]) => name.endsWith('num_batches_tracked'))
    .map(([, entry]) => (entry as { data: BigInt64Array }).data[0] as bigint);
}
