import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkNames, checkValues, describeSettings } from './schema.ts';

const schema = z.strictObject({
  epochs: z.int().min(1).default(20).describe('passes over the data'),
  heads: z.array(z.int().min(2)).default([10, 20]),
  scale: z.tuple([z.number(), z.number()]).optional(),
  optimizer: z
    .discriminatedUnion('name', [
      z.strictObject({ name: z.literal('sgd'), learningRate: z.number().positive().default(0.1) }),
      z.strictObject({ name: z.literal('adamw'), beta1: z.number().min(0).lt(1).default(0.9) }),
    ])
    .default({ name: 'sgd', learningRate: 0.1 }),
});
const here = (path: readonly string[]): string => `--set ${path.join('.')}`;

describe('describeSettings', () => {
  it('names every setting with its type, default and range', () => {
    const rows = describeSettings(schema);
    expect(rows.map((row) => row.name)).toEqual([
      'epochs',
      'heads',
      'scale',
      'optimizer.name',
      'optimizer.learningRate',
      'optimizer.beta1',
    ]);
    expect(rows[0]).toEqual({
      name: 'epochs',
      type: 'whole number',
      default: '20',
      range: '≥ 1',
      description: 'passes over the data',
    });
    expect(rows[1]).toMatchObject({ type: 'list of whole number', default: '[10,20]', range: '≥ 2' });
    expect(rows[2]).toMatchObject({ type: '[number, number]', default: '' });
    expect(rows[5]).toMatchObject({ range: '≥ 0, < 1' });
  });
});

describe('checkNames', () => {
  it('accepts what the schema knows, in every alternative', () => {
    expect(() => checkNames(schema, { epochs: 3, optimizer: { beta1: 0.5 } }, 'a.yaml')).not.toThrow();
  });

  it('names the place, the nearest name and the allowed ones', () => {
    expect(() => checkNames(schema, { epoch: 3 }, '--config a.yaml')).toThrow(
      '--config a.yaml: unknown setting "epoch": did you mean "epochs"? (valid: epochs, heads, scale, optimizer)',
    );
    expect(() => checkNames(schema, { optimizer: { learningRat: 3 } }, 'a.yaml')).toThrow(
      'did you mean "optimizer.learningRate"?',
    );
  });
});

describe('checkValues', () => {
  it('fills in defaults', () => {
    expect(checkValues(schema, {}, here)).toMatchObject({ epochs: 20, heads: [10, 20] });
  });

  it.each([
    [{ epochs: -3 }, '--set epochs: expected number to be >=1, got -3'],
    [{ epochs: 'many' }, '--set epochs: expected number, got "many"'],
    [{ heads: [10, 1] }, '--set heads.1: expected number to be >=2, got 1'],
    [
      { optimizer: { name: 'sgd', beta1: 0.5 } },
      'unknown setting in --set optimizer.beta1: "optimizer.beta1"',
    ],
  ])('refuses %j', (settings, line) => {
    expect(() => checkValues(schema, settings, here)).toThrow(line);
  });
});
