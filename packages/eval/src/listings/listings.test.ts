import { expect, it } from 'vitest';
import { classConfusion } from './class-confusion.ts';
import { listClasses } from './list-classes.ts';

it('listClasses: most confident first, with purity', () => {
  const listed = listClasses(Int32Array.of(0, 2, 0, 0, 2), {
    classes: 4,
    confidence: Float32Array.of(0.5, 0.75, 0.875, 0.5, 0.25),
    labels: Int32Array.of(7, 4, 7, 5, -1),
  });
  expect(listed.map(({ members }) => [...members])).toEqual([[2, 0, 3], [], [1, 4], []]);
  expect(listed[0]).toMatchObject({ index: 0, majorityLabel: 7, labelled: 3, meanConfidence: 0.625 });
  expect(listed[0]?.purity).toBeCloseTo(2 / 3, 12);
  expect(listed[1]).toEqual({ index: 1, members: new Int32Array(0), labelled: 0 });
  expect(listed[2]).toMatchObject({ majorityLabel: 4, labelled: 1, purity: 1 });
});

it('listClasses: without labels and confidence, and with a tie', () => {
  expect(listClasses(Int32Array.of(1, 1))).toEqual([
    { index: 0, members: new Int32Array(0) },
    { index: 1, members: Int32Array.of(0, 1) },
  ]);
  const [tie] = listClasses(Int32Array.of(0, 0), { labels: Int32Array.of(9, 3) });
  expect(tie).toMatchObject({ majorityLabel: 3, purity: 0.5 });
});

it('listClasses refuses lengths that differ', () => {
  expect(() => listClasses(Int32Array.of(0), { labels: Int32Array.of(0, 1) })).toThrow(
    'listClasses: labels must have an entry for each of 1 predictions, got 2',
  );
  expect(() => listClasses(Int32Array.of(-3))).toThrow(
    'listClasses: predictions must be 0 or more, got -3 in row 0',
  );
});

it('classConfusion: what agrees lies along the diagonal, surplus classes below their label', () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, -1, 0);
  const predictions = Int32Array.of(8, 8, 8, 5, 5, 8, 3, 3, 3, 3, 4);
  const { classes, labels: columns, counts, labelOfClass, surplus } = classConfusion(labels, predictions);
  expect([...classes]).toEqual([8, 4, 5, 3]);
  expect([...columns]).toEqual([0, 1, 2]);
  expect([...counts]).toEqual([3, 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
  expect([...labelOfClass]).toEqual([0, 0, 1, 2]);
  expect([...surplus]).toEqual([0, 1, 0, 0]);
});
