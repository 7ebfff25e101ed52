import type { ImageSpec } from '@ssl/augment';
import { useBackend } from '@ssl/backend/node';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  imageMethodNames,
  imageMethodTrials,
  type MethodTrial,
} from '../fixtures/image-method-trials.testing.ts';
import { methodContract } from './method-contract.ts';
import { createNoiseDataset } from './noise-dataset.ts';

/** Methods that take square images only. */
const squareOnly: ReadonlySet<string> = new Set(['rotation']);

const rgb: ImageSpec = { height: 16, width: 16, channels: 3 };
const grey: ImageSpec = { height: 16, width: 16, channels: 1 };
const wide: ImageSpec = { height: 12, width: 20, channels: 3 };

function holds(name: string, trial: MethodTrial, image: ImageSpec): void {
  const settings = { ...trial, dataset: createNoiseDataset(image, 64) };
  for (const check of methodContract(getMethod(name), settings)) it(check.name, check.run);
}

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each(imageMethodNames)('%s', (name) => {
  const [first = {}, ...others] = imageMethodTrials[name] ?? [];

  it('has options here that make it small', () => expect(imageMethodTrials).toHaveProperty([name]));

  describe('on colour images', () => holds(name, first, rgb));
  describe('on grey images', () => holds(name, first, grey));
  describe.skipIf(squareOnly.has(name))(
    `on images that are no squares${squareOnly.has(name) ? ' (it turns them, and needs squares)' : ''}`,
    () => holds(name, first, wide),
  );
  for (const trial of others) {
    describe(`with ${JSON.stringify({ ...trial.backbone, ...trial.options })}`, () =>
      holds(name, trial, rgb));
  }
});
