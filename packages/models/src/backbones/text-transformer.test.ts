import { byteTextSpec, byteVocabulary, encodeText, tokenModality, type InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeModule } from '../parameter-tree.ts';
import { createBackbone, defaultBackbone, requireTokens } from './registry.ts';

const evaluation = { training: false };
const input = tokenModality.inputFor(byteTextSpec(16), {});
const options = { dim: 8, depth: 2, heads: 2 };

function create(more: Readonly<Record<string, unknown>> = {}) {
  return createBackbone('text-transformer', {
    input,
    options: { ...options, ...more },
    random: createRandom(0),
  });
}

function idsOf(...texts: readonly string[]): tf.Tensor2D {
  const rows = texts.map((text) => {
    const row = new Int32Array(16).fill(byteVocabulary.paddingId);
    row.set(encodeText(text));
    return Array.from(row);
  });
  return tf.tensor2d(rows, [rows.length, 16], 'int32');
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] as number;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('the text transformer as a backbone', () => {
  it('is the default for tokens, and takes nothing else', () => {
    expect(defaultBackbone(input)).toBe('text-transformer');
    const image: InputSpec = { modality: 'image', shape: [8, 8, 3], dtype: 'float32' };
    expect(() => createBackbone('text-transformer', { input: image, random: createRandom(0) })).toThrow(
      /^backbone text-transformer needs sequences of token ids \[length\], such as texts; for these data there are /,
    );
    expect(() => createBackbone('resnet-tiny', { input, random: createRandom(0) })).toThrow(
      'for these data there is text-transformer',
    );
  });

  it.each([
    [{ dim: 9 }, /^text transformer: the number of heads must divide dim 9, got 2$/],
    [{ kernelSize: 4 }, /^text transformer: kernelSize must be an odd number from 1, got 4$/],
    [
      { kernelSize: 1, localDim: 9 },
      /^text transformer: a kernelSize of 1 means no convolution, so that a localDim of 9 /,
    ],
    [{ width: 4 }, /^createBackbone: text-transformer: Unrecognized key: "width"$/],
  ])('refuses %j in one line', (more, message) => {
    expect(() => create(more)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) }),
    );
  });

  it.each([1, 5])('gives the mean over its tokens, without padding, with a kernel of %d', (kernelSize) => {
    const backbone = create({ kernelSize });
    const { encode, encodeAndPool, count, dim, prefix, grid } = requireTokens('test', backbone);
    expect([count, dim, prefix, grid]).toEqual([16, 8, 0, [1, 16]]);
    tf.tidy(() => {
      const ids = idsOf('a bee', 'sixteen letters!');
      const features = backbone.features(ids, evaluation);
      expect(features.shape).toEqual([2, backbone.featureDim]);
      const tokens = encode(ids, evaluation);
      const both = encodeAndPool(ids, evaluation);
      expect(largestDifference(both.features, features)).toBe(0);
      expect(largestDifference(both.tokens, tokens)).toBe(0);
      const short = tf.mean(tf.slice(tokens, [0, 0, 0], [1, 5, 8]), 1);
      expect(largestDifference(short, tf.slice(features, [0, 0], [1, 8]))).toBeLessThan(1e-6);
      // Padding is nobody's neighbour: a shorter sequence without it has the same features.
      const alone = tf.slice(ids, [0, 0], [1, 5]);
      expect(
        largestDifference(backbone.features(alone, evaluation), tf.slice(features, [0, 0], [1, 8])),
      ).toBeLessThan(1e-6);
    });
    disposeModule(backbone);
  });

  it.each([
    [{ kernelSize: 1 }, 8 + 2 * 32],
    [{ kernelSize: 3 }, 8 + 8 + 2 * 32],
    [{ kernelSize: 3, localDim: 20, mlpRatio: 1.5 }, 8 + 20 + 2 * 12],
  ])('gives the mean of its tokens and hidden units where it is asked for, with %j', (more, featureDim) => {
    const backbone = create({ ...more, features: 'hidden' });
    expect(backbone.featureDim).toBe(featureDim);
    const { encode, encodeAndPool, dim } = requireTokens('test', backbone);
    tf.tidy(() => {
      const ids = idsOf('a bee', 'sixteen letters!', '');
      const features = backbone.features(ids, evaluation);
      expect(features.shape).toEqual([3, featureDim]);
      const both = encodeAndPool(ids, evaluation);
      expect(largestDifference(both.features, features)).toBe(0);
      expect(both.tokens.shape).toEqual([3, 16, dim]);
      expect(largestDifference(both.tokens, encode(ids, evaluation))).toBe(0);
      // Padding is no part of the mean, and nothing but padding has none.
      const alone = backbone.features(tf.slice(ids, [0, 0], [1, 5]), evaluation);
      expect(largestDifference(alone, tf.slice(features, [0, 0], [1, featureDim]))).toBeLessThan(1e-6);
      expect(new Set(tf.slice(features, [2, 0], [1, featureDim]).dataSync())).toEqual(new Set([0]));
    });
    disposeModule(backbone);
  });

  it('has the tokens first, then the hidden units of the convolution and those of each block', () => {
    const backbone = create({ kernelSize: 3, localDim: 5, mlpRatio: 1, depth: 2, features: 'hidden' });
    /** How many features of the tokens, the convolution, the first and the second block another value changes. */
    const changedBy = (changed: string): number[] =>
      tf.tidy(() => {
        const before = backbone.features(idsOf('abcdefgh'), evaluation);
        const variable = backbone.parameters.get(changed)?.variable as tf.Variable;
        variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 1, 'float32', 1)));
        const change = tf.abs(tf.sub(backbone.features(idsOf('abcdefgh'), evaluation), before));
        return tf
          .split(change, [8, 5, 8, 8], 1)
          .map((part) => part.dataSync().filter((value) => value > 1e-6).length);
      });
    expect(changedBy('norm.bias')).toEqual([8, 0, 0, 0]);
    expect(changedBy('blocks.1.mlp.fc1.bias')).toEqual([8, 0, 0, 8]);
    expect(changedBy('blocks.0.mlp.fc1.bias')).toEqual([8, 0, 8, 8]);
    expect(changedBy('local.norm.bias')).toEqual([8, 5, 8, 8]);
    disposeModule(backbone);
  });

  it('gives the features of the tokens that take part', () => {
    const backbone = create({ kernelSize: 1, depth: 1, features: 'hidden' });
    const { encodeAndPool } = requireTokens('test', backbone);
    tf.tidy(() => {
      const ids = idsOf('abc');
      const keep = tf.tensor2d([[2, 0, 1]], [1, 3], 'int32');
      const { tokens, features } = encodeAndPool(ids, evaluation, { keep });
      expect(tokens.shape).toEqual([1, 3, 8]);
      expect(largestDifference(features, backbone.features(ids, evaluation))).toBeLessThan(1e-6);
    });
    disposeModule(backbone);
  });

  it.each([{}, { localDim: 12 }])(
    'lets a token see its neighbours by the convolution alone, as far as its kernel reaches, with %j',
    (more) => {
      // The block adds nothing, so that nothing else mixes tokens.
      const backbone = create({ ...more, kernelSize: 3, depth: 1 });
      for (const [name, { variable }] of backbone.parameters) {
        if (/attn\.proj|mlp\.fc2/.test(name)) variable.assign(tf.zerosLike(variable));
      }
      const { encode } = requireTokens('test', backbone);
      tf.tidy(() => {
        const change = tf.abs(
          tf.sub(encode(idsOf('abcdefgh'), evaluation), encode(idsOf('abcxefgh'), evaluation)),
        );
        const changed = [...tf.max(change, 2).dataSync()].slice(0, 8).map((value) => value > 1e-5);
        expect(changed).toEqual([false, false, true, true, true, false, false, false]);
      });
      disposeModule(backbone);
    },
  );

  it('encodes a part of its tokens, where it has no convolution', () => {
    const [backbone, mixing] = [create({ kernelSize: 1 }), create()];
    tf.tidy(() => {
      const ids = idsOf('abcdefgh');
      const keep = tf.tensor2d([[5, 0, 2]], [1, 3], 'int32');
      const encoded = requireTokens('test', backbone).encode(ids, evaluation, { keep });
      expect(encoded.shape).toEqual([1, 3, 8]);
      const all = tf.tensor2d([Array.from({ length: 16 }, (_, at) => at)], [1, 16], 'int32');
      const whole = requireTokens('test', backbone).encode(ids, evaluation, { keep: all });
      expect(largestDifference(whole, requireTokens('test', backbone).encode(ids, evaluation))).toBeLessThan(
        1e-6,
      );
      expect(() => requireTokens('test', mixing).encode(ids, evaluation, { keep })).toThrow(
        'build it with a kernelSize of 1',
      );
    });
    disposeModule(backbone);
    disposeModule(mixing);
  });

  it('is copied with values of its own', () => {
    const backbone = create();
    const copy = backbone.clone();
    expect(copy.settings).toEqual(backbone.settings);
    expect([...copy.parameters.keys()]).toEqual([...backbone.parameters.keys()]);
    tf.tidy(() => {
      const features = copy.features(idsOf('abc'), evaluation);
      expect(largestDifference(features, backbone.features(idsOf('abc'), evaluation))).toBe(0);
      for (const { variable } of backbone.parameters.values()) variable.assign(tf.add(variable, 1));
      expect(largestDifference(copy.features(idsOf('abc'), evaluation), features)).toBe(0);
    });
    disposeModule(backbone);
    disposeModule(copy);
  });
});
