import type { InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientsOf } from '../fixtures/golden.testing.ts';
import type { Backbone } from '../backbone.ts';
import { disposeModule } from '../parameter-tree.ts';
import { createStatisticsRecorder } from '../statistics-recorder.ts';
import { createBackbone, defaultBackbone, getBackboneKind } from './registry.ts';

const options = { width: 3, featureDim: 5 };
const evaluation = { training: false };

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('audio-cnn', () => {
  it('is the default for spectrograms only', () => {
    expect(defaultBackbone(spectrograms())).toBe('audio-cnn');
    expect(defaultBackbone(spectrograms(), 'map')).toBe('resnet-tiny');
    const other = { ...spectrograms(), spectrogram: undefined };
    expect(defaultBackbone(other)).not.toBe('audio-cnn');
    expect(getBackboneKind('audio-cnn').needs(other)).toBe('spectrograms [frequency, time, channels]');
  });

  it('has the parameters of BYOL-A’s program', () => {
    const backbone = create(spectrograms(20, 33, 2));
    expect([...backbone.parameters].map(([name, { variable }]) => [name, variable.shape])).toEqual([
      ['features.0.weight', [3, 3, 2, 3]],
      ['features.1.weight', [3]],
      ['features.1.bias', [3]],
      ['features.4.weight', [3, 3, 3, 3]],
      ['features.5.weight', [3]],
      ['features.5.bias', [3]],
      ['features.8.weight', [3, 3, 3, 3]],
      ['features.9.weight', [3]],
      ['features.9.bias', [3]],
      ['fc.0.weight', [6, 5]],
      ['fc.0.bias', [5]],
      ['fc.3.weight', [5, 5]],
      ['fc.3.bias', [5]],
    ]);
    disposeModule(backbone);
  });

  it('tells frequencies apart, and takes any number of frames', () => {
    const backbone = create(spectrograms());
    tf.tidy(() => {
      const features = (x: tf.Tensor) => [...backbone.features(x, evaluation).dataSync()];
      const half = tf.ones([1, 8, 24, 1]);
      const [low, high] = [
        tf.concat([half, tf.zerosLike(half)], 1),
        tf.concat([tf.zerosLike(half), half], 1),
      ];
      expect(features(low)).not.toEqual(features(high));
      expect(features(tf.ones([1, 16, 40, 1]))).toHaveLength(options.featureDim);
    });
    disposeModule(backbone);
  });

  it('has batch norm after its linear layers where it is asked for', () => {
    const backbone = createBackbone('audio-cnn', {
      ...{ input: spectrograms(), random: createRandom(1) },
      options: { ...options, linearNorm: true },
    });
    for (const layer of ['fc.0', 'fc.3']) {
      expect(backbone.parameters.get(`${layer}.norm.weight`)?.variable.shape).toEqual([5]);
      expect(backbone.buffers.has(`${layer}.norm.running_mean`)).toBe(true);
    }
    tf.tidy(() => {
      // Of a batch, each feature is positive for some sample: none is dead.
      const features = backbone.features(tf.randomUniform([8, 16, 40, 1], 0, 1, 'float32', 3), {
        training: true,
      });
      for (const most of tf.max(features, 0).dataSync()) expect(most).toBeGreaterThan(0);
    });
    disposeModule(backbone);
  });

  it('keeps the order of sounds where time is cut into pieces', () => {
    const backbone = createBackbone('audio-cnn', {
      ...{ input: spectrograms(), random: createRandom(1) },
      options: { ...options, hiddenDim: 7, pieces: 2 },
    });
    expect(backbone.featureDim).toBe(10);
    expect(backbone.parameters.get('fc.0.weight')?.variable.shape).toEqual([6, 7]);
    expect(backbone.parameters.get('fc.3.weight')?.variable.shape).toEqual([7, 5]);
    tf.tidy(() => {
      // Far from the border between the two sounds, each piece sees one of them.
      const quiet = tf.zeros([1, 16, 64, 1]);
      const loud = tf.ones([1, 16, 64, 1]);
      const features = (x: tf.Tensor) => [...backbone.features(x, evaluation).dataSync()];
      const rising = features(tf.concat([quiet, loud], 2));
      expect(rising).toHaveLength(10);
      expect(rising.slice(0, 5)).not.toEqual(rising.slice(5));
      expect(features(tf.ones([1, 16, 24, 1]))).toHaveLength(10);
    });
    expect(() => tf.tidy(() => backbone.features(tf.ones([1, 16, 8, 1]), evaluation))).toThrow(
      'audio-cnn needs at least 16 frames for 2 pieces, got 8',
    );
    disposeModule(backbone);
  });

  it('adds maximum and mean over time of two layers on all bands of a frame', () => {
    const backbone = create(spectrograms(8, 16));
    tf.tidy(() => {
      // Convolutions of 0 leave batch norm's bias as the map, whose two frames are alike: maximum and mean are equal.
      for (const [name, { variable }] of backbone.parameters) {
        if (/^features\.\d+\.weight$/.test(name)) variable.assign(tf.zerosLike(variable));
        if (name === 'features.9.bias') variable.assign(tf.tensor1d([1, -2, 3]));
      }
      const hidden = dense(backbone, 'fc.0', [1, 0, 3]);
      const expected = dense(backbone, 'fc.3', hidden).map((value) => 2 * value);
      expect(expected.some((value) => value > 0)).toBe(true);
      const features = backbone.features(tf.ones([1, 8, 16, 1]), evaluation).dataSync();
      for (const [index, value] of expected.entries()) expect(features[index]).toBeCloseTo(value, 5);
    });
    disposeModule(backbone);
  });

  it('trains: every parameter has a finite gradient, and a copy keeps its own values', () => {
    const before = tf.memory().numTensors;
    const backbone = create(spectrograms());
    const copy = backbone.clone();
    tf.tidy(() => {
      const recorder = createStatisticsRecorder();
      const x = tf.randomNormal([6, 16, 24, 1], 0, 1, 'float32', 3);
      const own = copy.features(x, evaluation).dataSync();
      expect(backbone.features(x, evaluation).dataSync()).toEqual(own);
      const gradients = gradientsOf(x, backbone.parameters, (inputs) =>
        tf.sum(tf.square(backbone.features(inputs, recorder.context))),
      );
      recorder.commit();
      for (const name of backbone.parameters.keys()) {
        const values = (gradients.get(name) as tf.Tensor).dataSync();
        expect(values.every(Number.isFinite), name).toBe(true);
        expect(
          values.some((value) => value !== 0),
          name,
        ).toBe(true);
      }
      expect(copy.features(x, evaluation).dataSync()).toEqual(own);
      expect(backbone.features(x, evaluation).dataSync()).not.toEqual(own);
    });
    disposeModule(backbone);
    disposeModule(copy);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong with a spectrogram', () => {
    const error = errorOf(() => create(spectrograms(16, 7)));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toBe(
      'audio-cnn needs spectrograms of at least 8 bands and 8 frames, got 16×7; use longer segments (input.seconds) or more bands (input.melBands)',
    );
    const backbone = create(spectrograms());
    expect(() => backbone.features(tf.zeros([1, 32, 24, 1]), evaluation)).toThrow(
      'audio-cnn: expected spectrograms [batch,16,time,1], got 1×32×24×1',
    );
    disposeModule(backbone);
  });
});

function spectrograms(bands = 16, frames = 24, channels = 1): InputSpec {
  return { modality: 'audio', shape: [bands, frames, channels], dtype: 'float32', spectrogram: {} };
}

function create(input: InputSpec): Backbone {
  return createBackbone('audio-cnn', { input, options, random: createRandom(1) });
}

/** A linear layer and ReLU, without TensorFlow.js. */
function dense(backbone: Backbone, name: string, x: readonly number[]): number[] {
  const valuesOf = (key: string) => backbone.parameters.get(`${name}.${key}`)?.variable.dataSync() ?? [];
  const [weight, bias] = [valuesOf('weight'), valuesOf('bias')];
  return Array.from(bias, (offset, unit) =>
    Math.max(
      0,
      x.reduce((sum, value, index) => sum + value * (weight[index * bias.length + unit] as number), offset),
    ),
  );
}

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}
