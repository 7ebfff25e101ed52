import { createRandom } from '@ssl/random';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hungarianAssignment } from './hungarian-assignment.ts';

/** The greatest total by trying every assignment. */
function bestTotal(scores: readonly number[], rows: number, columns: number): number {
  const [few, many] = [Math.min(rows, columns), Math.max(rows, columns)];
  const score = (a: number, b: number): number =>
    rows <= columns ? scores[a * columns + b]! : scores[b * columns + a]!;
  const visit = (at: number, used: number): number => {
    if (at === few) return 0;
    let best = -Infinity;
    for (let other = 0; other < many; other++) {
      if ((used >> other) & 1) continue;
      best = Math.max(best, score(at, other) + visit(at + 1, used | (1 << other)));
    }
    return best;
  };
  return visit(0, 0);
}

it.each(['ties', 'real'] as const)('finds the best total of all assignments (%s)', (kind) => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (seed, rows, columns) => {
        const random = createRandom(seed);
        const scores = Array.from({ length: rows * columns }, () =>
          kind === 'ties' ? random.integer(4) - 1 : random.normal(),
        );
        const columnOfRow = hungarianAssignment(scores, rows, columns);
        const assigned = [...columnOfRow.entries()].filter(([, column]) => column >= 0);
        expect(assigned).toHaveLength(Math.min(rows, columns));
        expect(new Set(assigned.map(([, column]) => column)).size).toBe(assigned.length);
        const total = assigned.reduce((sum, [row, column]) => sum + scores[row * columns + column]!, 0);
        expect(total).toBeCloseTo(bestTotal(scores, rows, columns), 10);
      },
    ),
  );
});

it('assigns hundreds of rows', () => {
  const random = createRandom(1);
  const size = 300;
  const hidden = random.permutation(size);
  const scores = Float64Array.from({ length: size * size }, (_, at) =>
    hidden[Math.floor(at / size)] === at % size ? 2 : random.uniform(),
  );
  expect(hungarianAssignment(scores, size, size)).toEqual(hidden);
});

it('takes nothing to assign', () => {
  expect(hungarianAssignment([], 0, 3)).toEqual(new Int32Array(0));
  expect([...hungarianAssignment([], 3, 0)]).toEqual([-1, -1, -1]);
});

it('refuses scores that do not fit or are not finite', () => {
  expect(() => hungarianAssignment([1, 2, 3], 2, 2)).toThrow(
    'hungarianAssignment: expected 2 × 2 = 4 scores, got 3',
  );
  expect(() => hungarianAssignment([1, Number.NaN], 1, 2)).toThrow(
    'hungarianAssignment: scores must be finite, got NaN at position 1',
  );
});
