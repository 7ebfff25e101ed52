import { readFileSync } from 'node:fs';
import { useBackend } from '@ssl/backend/node';
import { createGeneratedShapes } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from './config/resolve-config.ts';
import { hasFusedMultiplyAdd } from './fixtures/fused-multiply-add.testing.ts';
import { createTrainer } from './trainer/trainer.ts';

interface FirstLosses {
  readonly conditions: { readonly arch: string; readonly fusedMultiplyAdd: boolean };
  readonly cases: readonly {
    readonly method: string;
    readonly fingerprint: string;
    readonly epochs: number;
    readonly totalSteps: number;
    readonly losses: readonly number[];
  }[];
}

/** Recorded by `bench/first-losses.mjs`, which compares whole runs; here are the first steps of each. */
const recorded = JSON.parse(
  readFileSync(new URL('./fixtures/first-losses-shapes.json', import.meta.url), 'utf8'),
) as FirstLosses;

const { arch, fusedMultiplyAdd } = recorded.conditions;
const unmet = [
  ...(arch === process.arch ? [] : [`recorded on ${arch}, this is ${process.arch}`]),
  ...(fusedMultiplyAdd === hasFusedMultiplyAdd()
    ? []
    : [`recorded ${fusedMultiplyAdd ? 'with' : 'without'} fused multiply-add, which is otherwise here`]),
];

/** Steps of 256 images take ten times as long as those of 64. */
const samplesAtMost = 512;

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.skipIf(unmet.length > 0)(
  `the first losses of each method, bit for bit${unmet.length > 0 ? ` (skipped: ${unmet.join('; ')})` : ''}`,
  () => {
    it.each(recorded.cases)('$method', async ({ method: name, fingerprint, epochs, totalSteps, losses }) => {
      const method = getMethod(name);
      const layers = [{ source: 'test', settings: { epochs, seed: 0 } }];
      const { config } = resolveConfig({ method, preset: 'cifar10-small', layers });
      const dataset = createGeneratedShapes();
      expect(dataset.fingerprint).toBe(fingerprint);
      const trainer = await createTrainer({ method, dataset, config });
      expect(trainer.totalSteps).toBe(totalSteps);
      const steps = Math.max(2, Math.floor(samplesAtMost / config.batchSize));
      const found: number[] = [];
      const controller = new AbortController();
      await trainer.run({
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type !== 'step') return;
          found.push(event.loss);
          if (event.step === steps) controller.abort();
        },
      });
      trainer.dispose();
      expect(found.slice(0, steps)).toEqual(losses.slice(0, steps));
    });
  },
);
