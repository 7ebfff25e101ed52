import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { maskedTokenLoss } from './masked-token-loss.ts';
import { perplexity, unigramPerplexity } from './perplexity.ts';

describe.each(['wasm', 'cpu'] as const)('maskedTokenLoss on %s, against PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('masked-token.json'))('$name', (reference) => {
    tf.tidy(() => {
      const { params, inputs } = reference;
      const ignored = params['ignore_index'] as number;
      const given = goldenTensor<tf.Tensor2D>(inputs, 'targets');
      const targets = tf.where(
        tf.equal(given, ignored),
        tf.fill(given.shape, -1, 'int32'),
        given,
      ) as tf.Tensor2D;
      const { value, grad } = tf.valueAndGrad((logits) => maskedTokenLoss(logits as tf.Tensor3D, targets))(
        goldenTensor(inputs, 'logits'),
      );
      expectGolden(value, reference, 'loss');
      expectGolden(grad, reference, 'grad_logits');
    });
  });
});

describe('maskedTokenLoss', () => {
  it('is log(vocabulary) for uniform logits, and 0 with gradient 0 where nothing is chosen', () => {
    tf.tidy(() => {
      const targets = tf.tensor2d([3, -1, 0, -1], [2, 2], 'int32');
      expect(maskedTokenLoss(tf.zeros([2, 2, 5]), targets).dataSync()[0]).toBeCloseTo(Math.log(5), 6);
      const { value, grad } = tf.valueAndGrad((logits) =>
        maskedTokenLoss(logits as tf.Tensor3D, tf.fill([2, 2], -1, 'int32')),
      )(tf.ones([2, 2, 5]));
      expect(value.dataSync()[0]).toBeCloseTo(0);
      expect(grad.dataSync().every((entry) => entry === 0)).toBe(true);
    });
  });

  it('leaves no tensor behind but its result', () => {
    const logits = tf.zeros<tf.Rank.R3>([2, 2, 5]);
    const targets = tf.tensor2d([3, -1, 0, -1], [2, 2], 'int32');
    const before = tf.memory().numTensors;
    const loss = maskedTokenLoss(logits, targets);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([logits, targets, loss]);
  });

  it('names both shapes where they do not match', () => {
    tf.tidy(() => {
      expect(() => maskedTokenLoss(tf.zeros([2, 3, 5]), tf.zeros([2, 2], 'int32'))).toThrow(
        'maskedTokenLoss: expected logits [batch,length,vocabulary] and targets [batch,length], got [2,3,5] and [2,2]',
      );
    });
  });
});

describe('unigramPerplexity', () => {
  it('is the number of tokens that occur equally often, and less for unequal counts', () => {
    expect(unigramPerplexity([7, 7, 0, 7])).toBeCloseTo(3, 12);
    expect(unigramPerplexity([5, 0])).toBe(1);
    // The entropy of (1/2, 1/4, 1/4) is 1.5 bits.
    expect(unigramPerplexity(Int32Array.of(2, 1, 1))).toBeCloseTo(2 ** 1.5, 12);
  });

  it('is the perplexity of the model that predicts the frequencies', () => {
    tf.tidy(() => {
      const counts = [3, 1, 4];
      const tokens = counts.flatMap((count, token) => new Array<number>(count).fill(token));
      const logits = tf.tile(tf.reshape(tf.log(counts), [1, 1, 3]), [1, tokens.length, 1]) as tf.Tensor3D;
      const loss = maskedTokenLoss(logits, tf.tensor2d(tokens, [1, tokens.length], 'int32'));
      expect(perplexity(loss.dataSync()[0] as number)).toBeCloseTo(unigramPerplexity(counts), 4);
    });
  });

  it('refuses counts that are none', () => {
    expect(() => unigramPerplexity([1, -1])).toThrow('counts must be finite and ≥ 0, got -1 for token 1');
    expect(() => unigramPerplexity([0, 0])).toThrow('expected a token that occurs');
  });
});
