import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { applyRecipe } from '../apply-recipe.ts';
import { evaluationRecipe } from '../evaluation-recipe.ts';
import { imageInput, randomImage } from '../fixtures/random-image.testing.ts';
import type { InputSpec } from '../input-spec.ts';
import type { ImageSample } from '../sample.ts';
import { validateRecipe } from '../validate-recipe.ts';
import { fitChannels } from './fit-channels.ts';
import { grayscale } from './functional/grayscale.ts';
import { imageModality } from './image-modality.ts';
import { toFloat } from './image-transform.ts';
import { cifar10Normalization } from './normalizations.ts';
import { picture } from './picture.ts';

const { begin, evaluation, finish, inputFor, preview, previewView, raw, startSize, shapeOf } = imageModality;

describe('inputFor', () => {
  const samplesOf = (...shape: (number | null)[]) => ({ modality: 'image', shape });

  it.each([
    [samplesOf(28, 28, 1), {}, [28, 28, 1]],
    [samplesOf(48, 32, 5), {}, [48, 32, 5]],
    [samplesOf(null, null, 3), { size: 64 }, [64, 64, 3]],
    [samplesOf(null, null, 3), { size: [64, 96] }, [64, 96, 3]],
    [samplesOf(32, 32, 3), { size: 24 }, [24, 24, 3]],
  ])('of %j with %j has the shape %j', (samples, options, shape) => {
    expect(inputFor(samples, options)).toEqual({ modality: 'image', shape, dtype: 'float32' });
  });

  it('asks for a size where the images differ in size', () => {
    const error = errorOf(() => inputFor(samplesOf(null, 32, 3), {}));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toContain(
      'the images of this data set differ in size: set the size that the network takes, e.g. --image-size 32',
    );
  });

  it.each([[{ size: 0 }], [{ size: 2.5 }], [{ size: [32] }], [{ side: 32 }]])('refuses %j', (options) => {
    expect(imageModality.inputOptions.safeParse(options).success).toBe(false);
    expect(() => inputFor(samplesOf(32, 32, 3), options)).toThrow();
  });
});

describe('begin', () => {
  it('keeps bytes as bytes, which some transforms work on', () => {
    const sample = randomImage(4, 5);
    expect(begin(sample, imageInput(4, 5))).toMatchObject({
      height: 4,
      width: 5,
      channels: 3,
      data: sample.data,
    });
  });

  it.each<[string, ImageSample['data'], readonly [number, number]]>([
    ['16-bit samples', Uint16Array.of(0, 1000, 2000, 4000), [0, 4000]],
    ['float samples', Float32Array.of(-1, -0.5, 0, 1), [-1, 1]],
    ['bytes of another range', Uint8Array.of(10, 60, 110, 210), [10, 210]],
  ])('scales %s by their range', (_, data, range) => {
    const value = begin(
      { modality: 'image', height: 2, width: 2, channels: 1, data, range },
      imageInput(2, 2, 1),
    );
    expect(value.data).toEqual(Float32Array.of(0, 0.25, 0.5, 1));
  });

  it('makes grey of colours and colours of grey, as the network takes them', () => {
    const colour = randomImage(3, 3);
    const grey = randomImage(3, 3, 1);
    expect(begin(colour, imageInput(3, 3, 1))).toEqual(grayscale(toFloat(colour), 1));
    const [first, ...others] = begin(grey, imageInput(3, 3, 3)).data;
    expect(others.slice(0, 2)).toEqual([first, first]);
    expect(first).toBeCloseTo((grey.data[0] as number) / 255, 6);
  });

  it('refuses other numbers of channels, saying both', () => {
    const error = errorOf(() => begin(randomImage(3, 3, 5), imageInput(3)));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toBe(
      'an image of 5 channels does not fit a network that takes 3; use images like those it was trained on',
    );
    for (const [from, to] of [
      [5, 1],
      [1, 5],
      [3, 4],
      [4, 3],
    ] as const) {
      expect(fitChannels(randomImage(2, 2, from), to)).toBeUndefined();
    }
  });
});

describe('finish', () => {
  it('gives numbers, normalised where the input says so', () => {
    const sample = randomImage(2, 3);
    const plain = finish(sample, imageInput(2, 3));
    expect(plain).toEqual({ shape: [2, 3, 3], data: Float32Array.from(sample.data, (byte) => byte / 255) });
    const { data } = finish(sample, imageInput(2, 3, 3, cifar10Normalization));
    expect(data[2]).toBeCloseTo(((sample.data[2] as number) / 255 - 0.4465) / 0.2616, 5);
  });

  it('refuses statistics of another number of channels', () => {
    expect(() => finish(randomImage(2, 2, 1), imageInput(2, 2, 1, cifar10Normalization))).toThrow(
      'normalize: 3 means and 3 standard deviations do not fit an image of 2×2×1; give 1 of each',
    );
  });
});

describe('evaluation', () => {
  const viewOf = (sample: ImageSample, input: InputSpec) =>
    applyRecipe(sample, createRandom(1), { recipe: evaluationRecipe(input), input })['sample']?.inputs[0];

  it('only normalises images that have the size', () => {
    for (const [height, width] of [
      [32, 32],
      [20, 32],
    ] as const) {
      const sample = randomImage(height, width);
      const view = viewOf(sample, imageInput(height, width, 3, cifar10Normalization));
      expect(view).toEqual(finish(sample, imageInput(height, width, 3, cifar10Normalization)));
    }
  });

  it('resizes the shorter side of a square input and cuts the middle out', () => {
    expect(evaluation(imageInput(24))).toEqual([
      { name: 'resize', size: 24 },
      { name: 'centerCrop', size: [24, 24] },
    ]);
  });

  it.each([
    [60, 80],
    [80, 60],
    [10, 200],
    [7, 5],
  ])('fills an input of any proportions from an image of %i×%i, nothing of it black', (height, width) => {
    const white = { ...randomImage(height, width), data: new Uint8Array(height * width * 3).fill(255) };
    for (const [rows, columns] of [
      [24, 24],
      [24, 40],
      [40, 24],
    ] as const) {
      const input = imageInput(rows, columns);
      const samples = { modality: 'image', shape: [null, null, 3] };
      expect(validateRecipe(evaluationRecipe(input), samples, input)).toEqual({ sample: [rows, columns, 3] });
      const view = viewOf(white, input);
      expect(view?.shape).toEqual([rows, columns, 3]);
      expect(view?.data.every((value) => value > 0.999)).toBe(true);
    }
  });

  it('makes colour pictures grey for networks of one channel', () => {
    expect(viewOf(randomImage(60, 80), imageInput(28, 28, 1))?.shape).toEqual([28, 28, 1]);
  });
});

it('startSize is that of the images where they share one, with the channels of the input', () => {
  const input = imageInput(24, 32, 1);
  expect(startSize({ modality: 'image', shape: [60, 80, 3] }, input)).toEqual({
    height: 60,
    width: 80,
    channels: 1,
  });
  const own = startSize({ modality: 'image', shape: [null, null, 3] }, input);
  expect(shapeOf(own)).toEqual([24, 32, 1]);
});

it('raw compares pixels at sides of at most 32', () => {
  expect(raw(imageInput(224, 20, 3, cifar10Normalization))).toEqual({
    description: 'pixels at 32×20',
    input: imageInput(32, 20, 3, cifar10Normalization),
  });
});

describe('pictures for people', () => {
  it('show a sample as it is, whatever its type', () => {
    const sample = randomImage(3, 2);
    expect(preview(sample)).toEqual({ picture: { height: 3, width: 2, channels: 3, data: sample.data } });
    const deep: ImageSample = {
      ...{ modality: 'image', height: 1, width: 2, channels: 1 },
      ...{ data: Uint16Array.of(0, 65_535), range: [0, 65_535] },
    };
    expect(preview(deep).picture).toMatchObject({ channels: 1, data: Uint8Array.of(0, 255) });
  });

  it('take the normalisation of a view back', () => {
    const sample = randomImage(4, 4);
    const input = imageInput(4, 4, 3, cifar10Normalization);
    const { data, shape } = finish(sample, input);
    expect(previewView(data, shape, input)).toEqual(preview(sample));
  });

  it('show the first of two channels, and the first three of more', () => {
    const image = (channels: number, ...data: number[]) => ({
      ...{ height: 1, width: data.length / channels, channels },
      data: Float32Array.from(data),
    });
    expect(picture(image(2, 0, 1, 1, 0))).toMatchObject({ channels: 1, data: Uint8Array.of(0, 255) });
    expect(picture(image(5, 0, 1, 0.2, 0.5, 0.5))).toMatchObject({
      channels: 3,
      data: Uint8Array.of(0, 255, 51),
    });
  });

  it('clamp what is beyond [0, 1]', () => {
    const beyond = { height: 1, width: 2, channels: 1, data: Float32Array.of(-0.5, 1.5) };
    expect(picture(beyond).data).toEqual(Uint8Array.of(0, 255));
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
