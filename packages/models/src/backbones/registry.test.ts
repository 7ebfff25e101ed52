import { byteTextSpec, type InputSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backbone, TokenEncoder } from '../backbone.ts';
import { disposeModule, parameterCount } from '../parameter-tree.ts';
import {
  backboneKinds,
  backboneNames,
  backboneSchema,
  createBackbone,
  defaultBackbone,
  getBackboneKind,
  requireMap,
  requireTokens,
} from './registry.ts';

const image: InputSpec = { modality: 'image', shape: [32, 32, 3], dtype: 'float32' };
const tokens: InputSpec = { ...byteTextSpec(128), shape: [128], dtype: 'int32' };
const sound: InputSpec = { modality: 'audio', shape: [16, 24, 1], dtype: 'float32', spectrogram: {} };
/** Of no kind that a network is made for. */
const odd: InputSpec = { modality: 'volume', shape: [2, 2, 2, 2, 2], dtype: 'int32' };
const inputs: readonly InputSpec[] = [image, tokens, sound, { ...image, shape: [48, 32, 5] }];
/** Small, so that all can be built here. */
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  resnet18: { width: 4 },
  resnet34: { width: 4 },
  resnet50: { width: 4 },
  'vit-tiny': { dim: 24, depth: 2 },
  'text-transformer': { dim: 16, depth: 2, heads: 2 },
};

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each(backboneKinds.map((kind) => [kind.name, kind] as const))('the backbone %s', (name, kind) => {
  const fitting = inputs.filter((input) => kind.needs(input) === undefined);

  it('has a name in kebab-case and a description, and is found by its name', () => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(kind.description.length).toBeGreaterThan(5);
    expect(getBackboneKind(name)).toBe(kind);
  });

  it('takes some input, and says what it needs of one that it does not take', () => {
    expect(fitting.length).toBeGreaterThan(0);
    expect(kind.needs(odd)).toMatch(/\w/);
    expect(() => createBackbone(name, { input: odd, random: createRandom(0) })).toThrow(
      `backbone ${name} needs ${kind.needs(odd)}; for these data there are none`,
    );
  });

  it('gives features of the length it says, and offers what its kind says', () => {
    for (const input of fitting) {
      const before = tf.memory().numTensors;
      const backbone = createBackbone(name, { input, options: small[name] ?? {}, random: createRandom(0) });
      tf.tidy(() => {
        const x = tf.zeros([2, ...input.shape], input.dtype);
        const features = backbone.features(x, { training: false });
        expect(features.shape).toEqual([2, backbone.featureDim]);
        expect(features.dataSync().every(Number.isFinite)).toBe(true);
      });
      expect(backbone.name).toBe(name);
      expect([
        backbone.map !== undefined,
        backbone.poolMap !== undefined,
        backbone.tokens !== undefined,
      ]).toEqual([kind.offers.includes('map'), kind.offers.includes('map'), kind.offers.includes('tokens')]);
      disposeModule(backbone);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('is built again, the same, from its settings as JSON', () => {
    const [input] = fitting as [InputSpec];
    const first = createBackbone(name, { input, options: small[name] ?? {}, random: createRandom(3) });
    const settings = JSON.parse(JSON.stringify(first.settings)) as Backbone['settings'];
    const second = createBackbone(settings.name, { ...settings, random: createRandom(3) });
    expect(second.settings).toEqual(first.settings);
    expect([...second.parameters.keys()]).toEqual([...first.parameters.keys()]);
    expect(parameterCount(second.parameters)).toBe(parameterCount(first.parameters));
    for (const [key, { variable }] of first.parameters) {
      expect(second.parameters.get(key)?.variable.dataSync()).toEqual(variable.dataSync());
    }
    const copy = first.clone();
    expect(copy.settings).toEqual(first.settings);
    for (const backbone of [first, second, copy]) disposeModule(backbone);
  });
});

describe('defaultBackbone', () => {
  it('is the first that takes the input', () => {
    expect(defaultBackbone(image)).toBe('resnet-tiny');
    for (const input of inputs) {
      const able = backboneKinds.filter((kind) => kind.needs(input) === undefined);
      if (able.length > 0) expect(defaultBackbone(input)).toBe(able[0]?.name);
    }
  });

  it('says where there is none', () => {
    expect(() => defaultBackbone(odd)).toThrow('no backbone takes volume samples of shape [2, 2, 2, 2, 2]');
  });
});

describe('createBackbone', () => {
  it('names what takes the data, where the backbone asked for does not', () => {
    const error = errorOf(() => createBackbone('resnet18', { input: tokens, random: createRandom(0) }));
    expect(isUserError(error)).toBe(true);
    const able = backboneKinds.filter((kind) => kind.needs(tokens) === undefined).map(({ name }) => name);
    expect(error.message).toMatch(
      /^backbone resnet18 needs inputs \[height, width, channels\], such as images; for these data there (is|are) /,
    );
    expect(error.message).toContain(able.join(', ') || 'none');
  });

  it('refuses unknown names with the nearest', () => {
    expect(() => getBackboneKind('resnet81')).toThrow(
      'unknown backbone "resnet81": did you mean "resnet18"?',
    );
  });
});

describe('backboneSchema', () => {
  it('fills in the defaults of a kind, and refuses options that it does not have', () => {
    const schema = backboneSchema();
    expect(schema.parse({ name: 'resnet18', width: 8 })).toEqual({
      ...{ name: 'resnet18', width: 8, initialization: 'torchvision' },
    });
    for (const name of backboneNames) expect(schema.parse({ name })).toMatchObject({ name });
    expect(schema.safeParse({ name: 'resnet18', depth: 8 }).success).toBe(false);
    expect(schema.safeParse({ name: 'resnet' }).success).toBe(false);
  });
});

describe('requireMap and requireTokens', () => {
  const settings = { name: 'bare', options: {}, input: image };
  const bare = { name: 'bare', settings } as unknown as Backbone;
  const offering = (offer: 'map' | 'tokens', input: InputSpec) =>
    backboneKinds
      .filter((kind) => kind.offers.includes(offer) && kind.needs(input) === undefined)
      .map(({ name }) => name)
      .join(', ');

  it('give what the backbone has', () => {
    const backbone = createBackbone('resnet-tiny', {
      input: image,
      options: { width: 2 },
      random: createRandom(0),
    });
    const { map, poolMap } = requireMap('my-method', backbone);
    tf.tidy(() => {
      const x = tf.randomUniform([2, 32, 32, 3], 0, 1, 'float32', 1);
      const pooled = poolMap(map(x, { training: false }));
      expect(pooled.dataSync()).toEqual(backbone.features(x, { training: false }).dataSync());
    });
    disposeModule(backbone);
    const encoder = { count: 4 } as TokenEncoder;
    expect(requireTokens('my-method', { ...bare, tokens: encoder })).toBe(encoder);
  });

  it('name the backbones that have it for these data', () => {
    const map = errorOf(() => requireMap('my-method', bare));
    expect(isUserError(map)).toBe(true);
    expect(map.message).toBe(
      `my-method needs a backbone with a feature map, and bare has none; use ${offering('map', image)} (--backbone)`,
    );
    const missing = errorOf(() => requireTokens('my-method', bare));
    expect(isUserError(missing)).toBe(true);
    const able = offering('tokens', image);
    expect(missing.message).toBe(
      `my-method needs a backbone with tokens, and bare has none; use ${able === '' ? 'other data' : `${able} (--backbone)`}`,
    );
  });

  it('say that other data are needed where no backbone has it', () => {
    const lost = { ...bare, settings: { ...settings, input: odd } };
    expect(errorOf(() => requireMap('my-method', lost)).message).toBe(
      'my-method needs a backbone with a feature map, and bare has none; use other data',
    );
  });
});

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}
