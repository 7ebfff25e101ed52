import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeSettings, settingNames } from './describe-settings.ts';

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

it('settingNames lists the first level', () => {
  expect(settingNames(schema)).toEqual(['epochs', 'heads', 'scale', 'optimizer']);
});
