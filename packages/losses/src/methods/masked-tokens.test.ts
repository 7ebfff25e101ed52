import {
  byteTextSpec,
  byteVocabulary,
  decodeTokens,
  encodeText,
  maskGlyph,
  resolveAugmentation,
  tokenModality,
  type InputSpec,
} from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeTrees, requireTokens, treesOf } from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { unigramPerplexity } from '../losses/perplexity.ts';
import type { MethodState, Progress, SweepStep, ViewGroup, Views } from '../method.ts';
import { maskedTokens, type MaskedTokensOptions, type MaskedTokensRoles } from './masked-tokens.ts';

const { maskId, paddingId } = byteVocabulary;
const input = tokenModality.inputFor(byteTextSpec(8), {});
/** Up to three of eight tokens are hidden. */
const options = maskedTokens.options.parse({ maskRatio: 0.4 });

interface Trial {
  readonly state: MethodState<MaskedTokensRoles>;
  dispose(): void;
}

function createState(): Trial {
  const random = createRandom(0);
  const backbone = createBackbone('text-transformer', {
    random,
    input,
    options: { dim: 8, depth: 1, heads: 2 },
  });
  const places = { batchSize: 2, totalEpochs: 1, totalSteps: 4, dataset: { length: 8 } };
  const roles = maskedTokens.init({ backbone, random, input, ...places }, options);
  const trees = treesOf({ backbone, ...roles.modules });
  return {
    state: { ...roles, backbone },
    dispose: () => disposeTrees(trees.parameters, trees.buffers, roles.memory.unigrams.buffers),
  };
}

const at: Progress<MaskedTokensOptions> = {
  ...{ options, input, step: 0, totalSteps: 4, epoch: 0, totalEpochs: 1, samples: 0 },
  random: createRandom(1),
};

function rowOf(text: string): number[] {
  const bytes = [...encodeText(text)];
  return [...bytes, ...new Array<number>(8 - bytes.length).fill(paddingId)];
}

/** Texts in which the tokens at some places are hidden. */
function viewsOf(texts: readonly string[], hidden: readonly (readonly number[])[]): Views {
  const rows = texts.map(rowOf);
  const inputs = rows.map((row, text) =>
    row.map((id, place) => (hidden[text]?.includes(place) ? maskId : id)),
  );
  const targets = rows.map((row, text) => row.map((id, place) => (hidden[text]?.includes(place) ? id : -1)));
  const group: ViewGroup = {
    ...{ stream: 'samples', count: 1, batchSize: rows.length, indices: Int32Array.from(rows.keys()) },
    inputs: tf.tensor2d(inputs, undefined, 'int32'),
    targets: { tokens: tf.tensor2d(targets, undefined, 'int32') },
  };
  return { groups: { masked: group } };
}

function assess({ state }: Trial, views: Views) {
  const outputs = maskedTokens.forward(state, views, { ...at, forward: { training: false } });
  const { loss, metrics = {} } = maskedTokens.objective(outputs, views, { ...at, memory: state.memory });
  const numbers = Object.entries(metrics).map(([name, value]) => [name, value.dataSync()[0] as number]);
  return {
    outputs,
    loss: loss.dataSync()[0] as number,
    metrics: Object.fromEntries(numbers) as Record<string, number>,
  };
}

/** What the head makes of all tokens, not only of those that the loss asks for. */
function logitsOfAll({ state: { backbone, modules } }: Trial, { groups }: Views): tf.Tensor3D {
  const context = { training: false };
  const inputs = groups['masked']?.inputs as tf.Tensor;
  const tokens = requireTokens('test', backbone).encode(inputs, context);
  return modules.head.forward(tokens, context) as tf.Tensor3D;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('masked-tokens', () => {
  it('hides tokens of the augmented text, as its options say', () => {
    const augmentation = resolveAugmentation('auto', input, 'weak');
    const given = maskedTokens.options.parse({ maskRatio: 0.3, spanLength: 4, keepShare: 0 });
    expect(maskedTokens.views(given, { input, augmentation })).toEqual({
      groups: {
        masked: {
          count: 1,
          transforms: [
            { name: 'randomSpan', length: 8 },
            { name: 'maskTokens', ratio: 0.3, spanLength: 4, keepShare: 0, randomShare: 0.1 },
          ],
        },
      },
    });
    const shares = maskedTokens.options.safeParse({ keepShare: 0.6, randomShare: 0.5 });
    expect(shares.error?.issues[0]?.message).toBe('keepShare and randomShare must not exceed 1 together');
  });

  it('refuses samples that are no tokens, in one line', () => {
    const image: InputSpec = { modality: 'image', shape: [8, 8, 3], dtype: 'float32' };
    expect(() => maskedTokens.views(options, { input: image, augmentation: { view: [] } })).toThrow(
      /^masked-tokens learns from sequences of tokens, such as texts, and these samples are of the kind "image"/,
    );
  });

  it('scores the hidden tokens alone: the mean of their negative log-probabilities', () => {
    const trial = createState();
    tf.tidy(() => {
      const hidden = [[1, 3], [0]];
      const views = viewsOf(['abcdef', 'xy'], hidden);
      const { outputs, loss, metrics } = assess(trial, views);
      const logits = logitsOfAll(trial, views);
      const logProbabilities = tf.logSoftmax(logits).arraySync() as number[][][];
      const expected = ['abcdef', 'xy'].flatMap((text, row) =>
        (hidden[row] ?? []).map(
          (place) => -(logProbabilities[row]?.[place]?.[text.charCodeAt(place)] ?? NaN),
        ),
      );
      const mean = expected.reduce((sum, value) => sum + value, 0) / 3;
      expect(loss).toBeCloseTo(mean, 5);
      expect(metrics['perplexity']).toBeCloseTo(Math.exp(mean), 2);
      expect(outputs.features.shape).toEqual([2, 8]);
      expect(outputs['logits']?.shape).toEqual([2, 3, 256]);
    });
    trial.dispose();
  });

  it('counts the bytes of the training data once, for the perplexity without context', async () => {
    const trial = createState();
    let sweeps = 0;
    const step: SweepStep<MaskedTokensOptions> = {
      ...at,
      async *sweep() {
        sweeps++;
        for (const text of ['aab', 'a']) {
          const inputs = tf.tensor2d([rowOf(text)], [1, 8], 'int32');
          yield await Promise.resolve({ indices: Int32Array.of(0), inputs });
          inputs.dispose();
        }
      },
    };
    const before = tf.tidy(() => assess(trial, viewsOf(['abc'], [[0]])).metrics);
    expect(before['unigramPerplexity']).toBe(256);
    await maskedTokens.beforeStep?.(trial.state, step);
    await maskedTokens.beforeStep?.(trial.state, step);
    expect(sweeps).toBe(1);
    const { counts } = trial.state.memory.unigrams;
    expect([counts[97], counts[98], counts.reduce((sum, count) => sum + count, 0)]).toEqual([3, 1, 4]);
    const after = tf.tidy(() => assess(trial, viewsOf(['abc'], [[0]])).metrics);
    expect(after['unigramPerplexity']).toBeCloseTo(unigramPerplexity([3, 1]), 5);
    trial.dispose();
  });

  it('leaves norms, biases and positions without decay', () => {
    const trial = createState();
    const [group] = maskedTokens.parameterGroups?.(trial.state, options) ?? [];
    const { parameters } = treesOf({ backbone: trial.state.backbone, ...trial.state.modules });
    const decayed = [...parameters].flatMap(([name, { variable }]) =>
      group?.includes(name, variable.shape) ? [] : [name],
    );
    expect(group?.weightDecayFactor).toBe(0);
    expect(decayed).toContain('backbone.token_embed.weight');
    expect(decayed.every((name) => name.endsWith('.weight') && !/norm/.test(name))).toBe(true);
    trial.dispose();
  });

  it('shows what it was given, what it predicts where something was hidden, and the text', () => {
    const trial = createState();
    tf.tidy(() => {
      const views = viewsOf(['abcdef', 'xy'], [[1, 3], [0]]);
      const rows = maskedTokens.examples?.(trial.state, views, at) ?? [];
      const texts = rows.map(({ inputs }) =>
        (inputs.arraySync() as number[][]).map((ids) => decodeTokens(ids)),
      );
      expect(rows.map(({ name, inputs }) => [name, inputs.dtype])).toEqual([
        ['input', 'int32'],
        ['prediction', 'int32'],
        ['target', 'int32'],
      ]);
      expect(texts[0]).toEqual([`a${maskGlyph}c${maskGlyph}ef`, `${maskGlyph}y`]);
      expect(texts[2]).toEqual(['abcdef', 'xy']);
      const predicted = rows[1]?.inputs.arraySync() as number[][];
      expect(predicted[0]?.filter((_, place) => ![1, 3].includes(place))).toEqual(
        rowOf('abcdef').filter((_, place) => ![1, 3].includes(place)),
      );
      expect(predicted.flat()).not.toContain(maskId);
    });
    trial.dispose();
  });
});
