import type { ViewGroupBatch } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import { joinSlices } from './join-slices.ts';

/** Two views of 1×2 grey images: sample = 100 × view + image. */
function slice(
  images: readonly number[],
  width = 2,
): { size: number; groups: Record<string, ViewGroupBatch> } {
  const rows = [0, 1].flatMap((view) => images.map((image) => 100 * view + image));
  const group: ViewGroupBatch = {
    ...{ count: 2, height: 1, width, channels: 1 },
    images: Float32Array.from(rows.flatMap((value) => new Array<number>(width).fill(value))),
    targets: Int32Array.from(rows),
  };
  return { size: images.length, groups: { a: group } };
}

describe('joinSlices', () => {
  it('puts slices of different sizes together, view by view', () => {
    const batch = joinSlices([slice([1, 2]), slice([3])], Int32Array.of(1, 2, 3), Int32Array.of(9, 8, 7, 6));
    expect(batch).toEqual({
      batchSize: 3,
      indices: Int32Array.of(1, 2, 3),
      labels: Int32Array.of(8, 7, 6),
      groups: {
        a: {
          ...{ count: 2, height: 1, width: 2, channels: 1 },
          images: Float32Array.of(1, 1, 2, 2, 3, 3, 101, 101, 102, 102, 103, 103),
          targets: Int32Array.of(1, 2, 3, 101, 102, 103),
        },
      },
    });
  });

  it('takes a single slice as it is', () => {
    const only = slice([1, 2]);
    const batch = joinSlices([only], Int32Array.of(1, 2));
    expect(batch.groups.a).toBe(only.groups.a);
    expect(batch).not.toHaveProperty('labels');
  });

  it('refuses views of different sizes', () => {
    expect(() => joinSlices([slice([1]), slice([2], 3)], Int32Array.of(1, 2))).toThrow(
      'view recipe: group "a": all views must have one size, got 1×2 and 1×3',
    );
  });
});
