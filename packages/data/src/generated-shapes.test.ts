import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';

import { bytesOf } from './fixtures/numbered-dataset.ts';
import { createGeneratedShapes } from './generated-shapes.ts';
import { outlines } from './generated-shapes/outlines.ts';

describe('createGeneratedShapes', () => {
  it('has ten classes, equally frequent, and lengths of its own for each split', () => {
    const dataset = createGeneratedShapes({ length: 200 });
    expect(dataset.classNames).toHaveLength(10);
    const counts = new Array<number>(10).fill(0);
    for (const label of dataset.labels ?? []) counts[label]! += 1;
    expect(counts).toEqual(new Array<number>(10).fill(20));
    expect(createGeneratedShapes()).toMatchObject({ name: 'generated:shapes (train)', length: 4000 });
    expect(createGeneratedShapes({ split: 'test' })).toMatchObject({
      length: 1000,
      samples: { modality: 'image', shape: [32, 32, 3] },
    });
  });

  it('draws the same picture again, whatever the length, and another for another seed, split or index', async () => {
    const picture = await createGeneratedShapes({ seed: 3 }).read(7);
    expect(picture).toMatchObject({ modality: 'image', height: 32, width: 32, channels: 3, range: [0, 255] });
    expect(await createGeneratedShapes({ seed: 3, length: 8 }).read(7)).toEqual(picture);
    expect(await createGeneratedShapes({ seed: 4 }).read(7)).not.toEqual(picture);
    expect(await createGeneratedShapes({ seed: 3, split: 'test' }).read(7)).not.toEqual(picture);
    expect(await createGeneratedShapes({ seed: 3 }).read(8)).not.toEqual(picture);
  });

  it('draws these very bytes, here and in every browser', async () => {
    const dataset = createGeneratedShapes({ imageSize: 16, length: 20 });
    let hash = 0;
    for (let index = 0; index < dataset.length; index++) {
      for (const byte of bytesOf(await dataset.read(index))) hash = (Math.imul(hash, 31) + byte) | 0;
    }
    expect(hash).toMatchInlineSnapshot(`-490032870`);
  });

  it('sets shape and background apart, so that a person can tell the shape', async () => {
    const dataset = createGeneratedShapes({ length: 200 });
    for (let index = 0; index < dataset.length; index++) {
      const data = bytesOf(await dataset.read(index));
      const lightness = Array.from({ length: 1024 }, (_, pixel) => lumaAt(data, pixel)).sort((a, b) => a - b);
      // At least one pixel in 25 belongs to the shape, at least as many to the background.
      expect((lightness[983] as number) - (lightness[41] as number)).toBeGreaterThan(0.25);
    }
  });

  it('leaves k-means on pixels hardly better than guessing', async () => {
    const dataset = createGeneratedShapes({ length: 600 });
    const rows: Uint8Array[] = [];
    for (let index = 0; index < dataset.length; index++) rows.push(bytesOf(await dataset.read(index)));
    const clusters = kMeans(rows, 10);
    // The share of each cluster's most frequent class is at least what the best assignment to classes reaches.
    const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
    clusters.forEach((cluster, row) => (counts[cluster]![dataset.labels?.[row] as number]! += 1));
    const purity = counts.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
    expect(purity).toBeLessThan(0.2);
  });

  it.each([
    [{ length: 0 }, 'generated:shapes: length must be an integer from 1 to 10000000, got 0'],
    [{ imageSize: 4 }, 'generated:shapes: imageSize must be an integer from 8 to 1024, got 4'],
    [{ seed: 0.5 }, 'generated:shapes: seed must be an integer'],
  ])('refuses %j', (options, message) => {
    expect(() => createGeneratedShapes(options)).toThrow(message);
  });

  it('refuses an index that it does not have', async () => {
    await expect(createGeneratedShapes({ length: 5 }).read(5)).rejects.toThrow(
      'generated:shapes (train): read: index must be an integer from 0 to 4, got 5',
    );
  });
});

describe.each(Object.entries(outlines))('the outline of %s', (_, outline) => {
  it('covers a fair part of the picture and ends within it', () => {
    let inside = 0;
    for (let y = -1.5; y <= 1.5; y += 0.05) {
      for (let x = -1.5; x <= 1.5; x += 0.05) {
        const distance = outline(x, y);
        if (distance < 0) inside++;
        if (x * x + y * y > 1.6) expect(distance).toBeGreaterThan(0);
      }
    }
    const area = inside * 0.05 * 0.05;
    expect(area).toBeGreaterThan(0.9);
    expect(area).toBeLessThan(2.7);
  });

  it('gives the distance to the edge: one step of it further on, the sign may change but not before', () => {
    const random = createRandom('points');
    for (let i = 0; i < 200; i++) {
      const [x, y] = [random.uniform(-1.3, 1.3), random.uniform(-1.3, 1.3)];
      const distance = outline(x, y);
      const step = 0.99 * Math.abs(distance);
      for (const [alongX, alongY] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        expect(outline(x + step * alongX, y + step * alongY) < 0).toBe(distance < 0);
      }
    }
  });
});

function lumaAt(data: Uint8Array, pixel: number): number {
  const [red = 0, green = 0, blue = 0] = data.subarray(pixel * 3, pixel * 3 + 3);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** Lloyd's algorithm from the first rows: the cluster of each row. */
function kMeans(rows: readonly Uint8Array[], k: number): readonly number[] {
  let centers: readonly Float64Array[] = rows.slice(0, k).map((row) => Float64Array.from(row));
  let clusters: number[] = [];
  for (let iteration = 0; iteration < 6; iteration++) {
    clusters = rows.map((row) => {
      const distances = centers.map((center) => squaredDistance(row, center));
      return distances.indexOf(Math.min(...distances));
    });
    centers = centers.map((_, cluster) => meanOf(rows.filter((_, row) => clusters[row] === cluster)));
  }
  return clusters;
}

function squaredDistance(row: Uint8Array, center: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += ((row[i] as number) - (center[i] as number)) ** 2;
  return sum;
}

function meanOf(rows: readonly Uint8Array[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) row.forEach((value, i) => (mean[i] = (mean[i] as number) + value / rows.length));
  return mean;
}
