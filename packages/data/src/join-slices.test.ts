import type { ViewGroupBatch } from '@ssl/augment';
import { describe, expect, it } from 'vitest';

import type { BatchSegment } from './batch-order.ts';
import { joinSlices, type ViewSlice } from './join-slices.ts';

/** Two views of 1×2 grey images: sample = 100 × view + image. */
function slice(images: readonly number[], width = 2, stream = 'samples', group = 'a'): ViewSlice {
  const rows = [0, 1].flatMap((view) => images.map((image) => 100 * view + image));
  const views: ViewGroupBatch = {
    ...{ stream, count: 2, shape: [1, width, 1] },
    inputs: Float32Array.from(rows.flatMap((value) => new Array<number>(width).fill(value))),
    targets: {
      choice: { shape: [], data: Int32Array.from(rows) },
      place: { shape: [2], data: Float32Array.from(rows.flatMap((value) => [value, -value])) },
    },
  };
  return { stream, size: images.length, groups: { [group]: views } };
}

function segment(indices: readonly number[], stream = 'samples', isFirst = true): BatchSegment {
  return { stream, isFirst, pass: 0, indices: Int32Array.from(indices) };
}

describe('joinSlices', () => {
  it('puts slices of different sizes together, view by view, targets with them', () => {
    const labels = Int32Array.of(9, 8, 7, 6);
    const batch = joinSlices([slice([1, 2]), slice([3])], [segment([1, 2, 3])], labels);
    expect(batch).toEqual({
      streams: { samples: { size: 3, indices: Int32Array.of(1, 2, 3), labels: Int32Array.of(8, 7, 6) } },
      groups: {
        a: {
          ...{ stream: 'samples', count: 2, shape: [1, 2, 1] },
          inputs: Float32Array.of(1, 1, 2, 2, 3, 3, 101, 101, 102, 102, 103, 103),
          targets: {
            choice: { shape: [], data: Int32Array.of(1, 2, 3, 101, 102, 103) },
            place: {
              shape: [2],
              data: Float32Array.of(1, -1, 2, -2, 3, -3, 101, -101, 102, -102, 103, -103),
            },
          },
        },
      },
    });
  });

  it('takes a single slice as it is', () => {
    const only = slice([1, 2]);
    const batch = joinSlices([only], [segment([1, 2])]);
    expect(batch.groups.a).toBe(only.groups.a);
    expect(batch.streams.samples).not.toHaveProperty('labels');
  });

  it('keeps streams apart, and joins the passes of one', () => {
    const batch = joinSlices(
      [slice([1, 2]), slice([5], 3, 'other', 'b'), slice([6, 7], 3, 'other', 'b')],
      [segment([1, 2]), segment([5], 'other', false), segment([6, 7], 'other', false)],
    );
    expect(
      Object.entries(batch.streams).map(([name, { size, indices }]) => [name, size, [...indices]]),
    ).toEqual([
      ['samples', 2, [1, 2]],
      ['other', 3, [5, 6, 7]],
    ]);
    expect(Object.keys(batch.groups)).toEqual(['a', 'b']);
    expect(batch.groups.b).toMatchObject({ stream: 'other', shape: [1, 3, 1] });
    expect(batch.groups.b?.targets.choice?.data).toEqual(Int32Array.of(5, 6, 7, 105, 106, 107));
  });

  it('keeps whole numbers whole', () => {
    const tokens = (value: number): ViewSlice => ({
      ...{ stream: 'samples', size: 1 },
      groups: {
        a: { stream: 'samples', count: 1, shape: [1], inputs: Int32Array.of(value), targets: {} },
      },
    });
    expect(joinSlices([tokens(7), tokens(300)], [segment([0, 1])]).groups.a?.inputs).toEqual(
      Int32Array.of(7, 300),
    );
  });

  it('refuses views of different sizes', () => {
    expect(() => joinSlices([slice([1]), slice([2], 3)], [segment([1, 2])])).toThrow(
      'view recipe: group "a": all views must have one size, got 1×2×1 and 1×3×1; ' +
        'give it a transform that fixes the size, such as a random crop',
    );
  });
});
