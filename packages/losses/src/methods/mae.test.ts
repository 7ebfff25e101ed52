import type { InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trialGroup, tryMethod, type MethodTrial } from '../fixtures/method-trial.testing.ts';
import { maeLoss } from '../losses/mae-loss.ts';
import { patchify } from '../losses/patchify.ts';
import type { Views } from '../method.ts';
import { createMaeDecoder } from '../parts/mae-decoder.ts';
import { mae, type MaeOptions, type MaeRoles } from './mae.ts';

const batchSize = 3;
const kept = Int32Array.of(3, 0, 1, 2, 2, 0);
const hidden = Float32Array.of(0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1);

function inputOf(channels: number): InputSpec {
  const normalization = {
    mean: new Array<number>(channels).fill(0.4),
    std: new Array<number>(channels).fill(0.5),
  };
  return { modality: 'image', shape: [8, 8, channels], dtype: 'float32', normalization };
}

function trialWith(options: Record<string, unknown> = {}, channels = 3): MethodTrial<MaeOptions, MaeRoles> {
  const backbone = { name: 'vit-micro', options: { dim: 8, depth: 1, heads: 2 } };
  const small = { decoderDim: 8, decoderDepth: 1 };
  return tryMethod(mae, { ...small, ...options }, { batchSize, backbone, input: inputOf(channels) });
}

/** Four patches of 4×4 pixels an image, of which two are visible. */
function views(channels = 3): Views {
  const images = tf.randomNormal([batchSize, 8, 8, channels], 0, 1, 'float32', 1);
  const targets = {
    keep: tf.tensor2d(kept, [batchSize, 2], 'int32'),
    mask: tf.tensor2d(hidden, [batchSize, 4]),
  };
  return { groups: { view: { ...trialGroup(images, 1), targets } } };
}

function scalar(x: tf.Tensor): number {
  return x.dataSync()[0] as number;
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('mae', () => {
  it.each([true, false])(
    'has the authors’ loss on the hidden patches, normalizePixels %s',
    (normalizePixels) => {
      const trial = trialWith({ normalizePixels });
      tf.tidy(() => {
        const batch = views();
        const { inputs, targets } = batch.groups['view'] as Views['groups'][string];
        const { outputs, loss } = trial.assess(batch);
        const prediction = outputs['prediction'] as tf.Tensor3D;
        expect(prediction.shape).toEqual([batchSize, 4, 48]);
        expect(outputs.features.shape).toEqual([batchSize, 8]);
        const target = patchify(inputs as tf.Tensor4D, 4);
        const expected = maeLoss(prediction, target, targets['mask'] as tf.Tensor2D, { normalizePixels });
        expect(scalar(loss)).toBeCloseTo(scalar(expected), 6);
      });
      trial.dispose();
    },
  );

  it('sees nothing of the hidden patches', () => {
    const trial = trialWith();
    tf.tidy(() => {
      const batch = views();
      const { view } = batch.groups as { view: Views['groups'][string] };
      const isHidden = tf.reshape(view.targets['mask'] as tf.Tensor, [batchSize, 2, 1, 2, 1, 1]);
      const pixels = tf.reshape(tf.tile(isHidden, [1, 1, 4, 1, 4, 3]), [batchSize, 8, 8, 3]);
      const changed = tf.add(view.inputs, tf.mul(pixels, 9));
      const other = { groups: { view: { ...view, inputs: changed } } };
      const [a, b] = [trial.assess(batch), trial.assess(other)].map(({ outputs }) => outputs['prediction']);
      expect(scalar(tf.max(tf.abs(tf.sub(a as tf.Tensor, b as tf.Tensor))))).toBe(0);
      const seen = {
        groups: { view: { ...view, inputs: tf.add(view.inputs, tf.sub(9, tf.mul(pixels, 9))) } },
      };
      const c = trial.assess(seen).outputs['prediction'] as tf.Tensor;
      expect(scalar(tf.max(tf.abs(tf.sub(a as tf.Tensor, c))))).toBeGreaterThan(0.01);
    });
    trial.dispose();
  });

  it('measures the psnr in pixels of [0, 1]', () => {
    const trial = trialWith({ normalizePixels: false });
    tf.tidy(() => {
      const { loss, metrics } = trial.assess(views());
      // The deviation of 0.5 scales each error by as much.
      const expected = -10 * Math.log10(scalar(loss) * 0.25);
      expect(scalar(metrics['psnr'] as tf.Scalar)).toBeCloseTo(expected, 3);
    });
    trial.dispose();
  });

  it.each([1, 3, 5])('shows input, reconstruction and target of images of %i channels', (channels) => {
    const trial = trialWith({}, channels);
    tf.tidy(() => {
      const batch = views(channels);
      const { inputs } = batch.groups['view'] as Views['groups'][string];
      const rows = mae.examples?.(trial.state, batch, trial.at()) ?? [];
      expect(rows.map(({ name }) => name)).toEqual(['input', 'reconstruction', 'target']);
      const [seen, rebuilt, target] = rows.map((row) => patchify(row.inputs as tf.Tensor4D, 4).arraySync());
      expect(target).toEqual(patchify(inputs as tf.Tensor4D, 4).arraySync());
      for (const [place, isHidden] of hidden.entries()) {
        const [sample, patch] = [Math.floor(place / 4), place % 4];
        const of = (all: number[][][] | undefined): number[] => all?.[sample]?.[patch] ?? [];
        if (isHidden) {
          expect(of(seen).every((value) => value === 0)).toBe(true);
          expect(of(rebuilt)).not.toEqual(of(target));
        } else {
          expect(of(seen)).toEqual(of(target));
          expect(of(rebuilt)).toEqual(of(target));
        }
      }
    });
    trial.dispose();
  });

  it('hides patches of the backbone’s size, after the augmentation', () => {
    const augmentation = { view: [{ name: 'randomHorizontalFlip', probability: 0.5 }] };
    const options = mae.options.parse({ maskRatio: 0.5 });
    expect(mae.views(options, { augmentation, input: inputOf(3), patchSize: [4, 4] }).groups).toEqual({
      view: {
        count: 1,
        transforms: [...augmentation.view, { name: 'patchMask', patchSize: [4, 4], ratio: 0.5 }],
      },
    });
  });

  it('decays weights, and no biases, norms, tokens and positions', () => {
    const trial = trialWith();
    const [group] = mae.parameterGroups?.(trial.state, trial.options) ?? [];
    expect(group?.weightDecayFactor).toBe(0);
    const decayed = [...trial.trainable]
      .filter(([name, { variable }]) => !group?.includes(name, variable.shape))
      .map(([name]) => name);
    expect(decayed.every((name) => name.endsWith('.weight') && !/norm/.test(name))).toBe(true);
    expect(decayed).toContain('backbone.patch_embed.proj.weight');
    expect(decayed).toContain('decoder.pred.weight');
    expect(trial.trainable.size - decayed.length).toBeGreaterThan(10);
    trial.dispose();
  });

  it('names the backbones that it can use', () => {
    const init = () => tryMethod(mae);
    expect(init).toThrow(
      'mae needs a backbone with tokens, and resnet-tiny has none; use vit-micro, vit-tiny (--backbone)',
    );
    expect(init).toThrow(expect.toSatisfy(isUserError));
    expect(() => trialWith({ decoderDim: 12, decoderHeads: 8 })).toThrow(
      'mae: methodOptions.decoderDim must be a multiple of 4 and of decoderHeads, got 12 and 8',
    );
  });
});

describe('createMaeDecoder', () => {
  it('puts visible patches at their places, whatever their order', () => {
    const decoder = createMaeDecoder({
      ...{ encoder: { dim: 6, prefix: 1, grid: [2, 2] }, patchValues: 5 },
      ...{ dim: 8, depth: 1, heads: 2, random: createRandom(0) },
    });
    tf.tidy(() => {
      const context = { training: false };
      const encoded = tf.randomNormal<tf.Rank.R3>([1, 3, 6], 0, 1, 'float32', 1);
      const keep = (...patches: number[]): tf.Tensor2D => tf.tensor2d(patches, [1, 2], 'int32');
      const inOrder = decoder.decode(encoded, keep(1, 3), context);
      const swapped = decoder.decode(tf.gather(encoded, [0, 2, 1], 1), keep(3, 1), context);
      expect(scalar(tf.max(tf.abs(tf.sub(inOrder, swapped))))).toBeLessThan(1e-5);
      const elsewhere = decoder.decode(encoded, keep(3, 1), context);
      expect(scalar(tf.max(tf.abs(tf.sub(inOrder, elsewhere))))).toBeGreaterThan(0.01);
    });
    tf.dispose(
      [...decoder.parameters.values(), ...decoder.buffers.values()].map((entry) =>
        'variable' in entry ? entry.variable : [],
      ),
    );
  });
});
