import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestDifference } from '../../fixtures/golden.testing.ts';
import { createImage, type FloatImage, type RawImage } from '../image.ts';
import { affine, rotate } from './affine.ts';
import { toFloatImage, toRawImage } from './convert.ts';
import { centerBox, crop, roundHalfToEven } from './crop.ts';
import { horizontalFlip, verticalFlip } from './flip.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { pad } from './pad.ts';
import { permuteTiles } from './permute-tiles.ts';
import { perspective, type Quadrangle } from './perspective.ts';
import { resize, shorterSideSize } from './resize.ts';
import { rotate90 } from './rotate90.ts';

const images = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 3),
    seed: fc.integer(),
  })
  .map(({ height, width, channels, seed }) => noiseImage(height, width, channels, seed));

describe('what undoes itself', () => {
  it.each<[string, (image: FloatImage) => FloatImage]>([
    ['two horizontal flips', (image) => horizontalFlip(horizontalFlip(image))],
    ['two vertical flips', (image) => verticalFlip(verticalFlip(image))],
    ['four quarter turns', (image) => rotate90(rotate90(rotate90(rotate90(image, 1), 1), 1), 1)],
    ['a quarter turn there and back', (image) => rotate90(rotate90(image, 1), -1)],
    ['both flips and a half turn', (image) => rotate90(horizontalFlip(verticalFlip(image)), 2)],
    [
      'padding and cropping the middle',
      (image) => crop(pad(image, 3), centerBox(pad(image, 3), [image.height, image.width])),
    ],
    [
      'resizing to the same size',
      (image) => resize(image, [image.height, image.width], { interpolation: 'bicubic' }),
    ],
  ])('%s', (_, roundTrip) => {
    fc.assert(fc.property(images, (image) => largestDifference(roundTrip(image), image) === 0));
  });

  it('a turn by no degrees, a projection onto itself, tiles in their order', () => {
    const image = noiseImage(6, 8, 3);
    const corners: Quadrangle = [
      [0, 0],
      [7, 0],
      [7, 5],
      [0, 5],
    ];
    expect(largestDifference(rotate(image, 0, { interpolation: 'bilinear' }), image)).toBeLessThan(1e-6);
    expect(largestDifference(perspective(image, corners, corners), image)).toBeLessThan(1e-6);
    expect(largestDifference(permuteTiles(image, 2, [0, 1, 2, 3]), image)).toBe(0);
  });

  it('bytes to floats and back', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const raw: RawImage = { height: 16, width: 16, channels: 1, data };
    expect(toRawImage(toFloatImage(raw))).toEqual(raw);
  });
});

describe('resize', () => {
  const kinds = fc.constantFrom('nearest', 'bilinear', 'bicubic');
  /** Not `nearest`: pixel floor(i · in / out) of a side is not the mirrored one counted from the other end. */
  const smooth = fc.constantFrom('bilinear', 'bicubic');

  it('keeps an even surface even, at any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }),
        kinds,
        fc.boolean(),
        ([h = 1, w = 1, height = 1, width = 1], interpolation, antialias) => {
          const even = { ...createImage(h, w, 3), data: new Float32Array(h * w * 3).fill(0.25) };
          const result = resize(even, [height, width], { interpolation, antialias });
          return (
            result.data.length === height * width * 3 && result.data.every((x) => Math.abs(x - 0.25) < 1e-6)
          );
        },
      ),
    );
  });

  it('mirrors with the image', () => {
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 20 }), smooth, (image, width, interpolation) => {
        const options = { interpolation };
        const mirrored = horizontalFlip(resize(horizontalFlip(image), [5, width], options));
        return largestDifference(mirrored, resize(image, [5, width], options)) < 1e-5;
      }),
    );
  });

  it('treats one channel as it treats three', () => {
    const grey = noiseImage(9, 7, 1);
    const rgb = createImage(9, 7, 3);
    grey.data.forEach((sample, i) => rgb.data.fill(sample, i * 3, i * 3 + 3));
    const expected = resize(grey, [5, 11], { interpolation: 'bicubic' });
    const result = resize(rgb, [5, 11], { interpolation: 'bicubic' });
    for (const channel of [0, 1, 2]) {
      const data = result.data.filter((_, i) => i % 3 === channel);
      expect(largestDifference({ ...expected, data }, expected)).toBe(0);
    }
  });

  it('overshoots with bicubic unless clamped', () => {
    const edge = { ...createImage(1, 8, 1), data: Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1) };
    expect(Math.max(...resize(edge, [1, 24], { interpolation: 'bicubic' }).data)).toBeGreaterThan(1.01);
    const clamped = resize(edge, [1, 24], { interpolation: 'bicubic', clamp: true });
    expect([Math.min(...clamped.data), Math.max(...clamped.data)]).toEqual([0, 1]);
  });

  it.each([
    [100, 50, 20, [40, 20]],
    [50, 101, 20, [20, 40]],
    [7, 7, 3, [3, 3]],
  ] as const)('of %i×%i to a shorter side of %i is %j', (height, width, size, expected) => {
    expect(shorterSideSize({ height, width }, size)).toEqual(expected);
  });
});

describe('crop', () => {
  it('is the same from bytes and from floats, also beyond the border', () => {
    const random = createRandom(3);
    const raw: RawImage = {
      height: 5,
      width: 6,
      channels: 3,
      data: Uint8Array.from({ length: 90 }, () => random.integer(256)),
    };
    fc.assert(
      fc.property(
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (top, left, side) => {
          const box = { top, left, height: side, width: side };
          return largestDifference(crop(raw, box), crop(toFloatImage(raw), box)) === 0;
        },
      ),
    );
  });

  it('fills with 0 beyond the border', () => {
    const image = { ...createImage(1, 2, 1), data: Float32Array.of(0.5, 0.75) };
    expect([...crop(image, { top: -1, left: -1, height: 2, width: 4 }).data]).toEqual([
      0, 0, 0, 0, 0, 0.5, 0.75, 0,
    ]);
    expect([...crop(image, { top: 5, left: 0, height: 1, width: 2 }).data]).toEqual([0, 0]);
  });

  it('rounds places as Python does', () => {
    expect([0.5, 1.5, 2.5, 0.4, 1.2, 1.7].map(roundHalfToEven)).toEqual([0, 2, 2, 0, 1, 2]);
    expect(centerBox({ height: 5, width: 7 }, [2, 2])).toEqual({ top: 2, left: 2, height: 2, width: 2 });
  });
});

describe('warps', () => {
  it('rotate turns counter-clockwise, affine clockwise', () => {
    const image = noiseImage(5, 5, 1);
    const options = { interpolation: 'nearest' } as const;
    expect(largestDifference(rotate(image, 90, options), rotate90(image, 1))).toBe(0);
    expect(largestDifference(affine(image, { angle: 90 }, options), rotate90(image, 3))).toBe(0);
  });

  it('nearest fills what comes from beyond', () => {
    const shifted = affine(noiseImage(2, 3, 1), { translate: [2, 0] }, { fill: 0.5 });
    expect([...shifted.data.subarray(0, 2)]).toEqual([0.5, 0.5]);
  });

  it('perspective refuses corners on a line', () => {
    const line: Quadrangle = [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ];
    expect(() => perspective(noiseImage(4, 4, 1), line, line)).toThrow(
      'perspective: three of the end points',
    );
  });
});

describe('gaussianBlur', () => {
  it('keeps an even surface and the mean of a wide one', () => {
    const even = { ...createImage(9, 9, 3), data: new Float32Array(243).fill(0.7) };
    expect(largestDifference(gaussianBlur(even, 7, 1.5), even)).toBeLessThan(1e-6);
  });

  it.each([
    [4, 'gaussianBlur: kernelSize must be odd and positive, got 4'],
    [13, 'gaussianBlur: a kernel of 13 needs sides of at least 7, got 6'],
  ])('refuses a kernel of %i', (kernelSize, message) => {
    expect(() => gaussianBlur(noiseImage(6, 6, 1), kernelSize, 1)).toThrow(message);
  });
});

it('pad and permuteTiles say what they cannot do', () => {
  expect(() => pad(noiseImage(3, 9, 1), 3, 'reflect')).toThrow(
    'pad: a side of 3 cannot mirror a border of 3 pixels',
  );
  expect(() => permuteTiles(noiseImage(3, 4, 1), 2, [0, 1, 2, 3])).toThrow('cannot be cut into 2×2 tiles');
});

function noiseImage(height: number, width: number, channels: number, seed = 0): FloatImage {
  const image = createImage(height, width, channels);
  const random = createRandom('noise', seed);
  image.data.forEach((_, i) => (image.data[i] = random.uniform()));
  return image;
}
