import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../use-backend.node.ts';
import { conformanceBackends } from './conformance-backends.testing.ts';
import { conformanceChecks } from './conformance-checks.ts';

const golden = readFileSync(new URL('../fixtures/layers.json', import.meta.url), 'utf8');

describe.each(conformanceBackends)(
  '$title, against tfjs’s plain JavaScript and PyTorch',
  ({ name, here }) => {
    beforeAll(async () => {
      if (!here) return;
      await useBackend('cpu');
      await useBackend(name);
    });

    it.skipIf(!here).each(conformanceChecks(golden))('$group: $name', async ({ group, run }) => {
      const { valueError, gradientError, leaked } = await run(name);
      expect(valueError).toBeLessThan(group === 'PyTorch' ? 1e-5 : 2e-5);
      expect(gradientError).toBeLessThan(group === 'PyTorch' ? 5e-5 : 1e-4);
      expect(leaked).toBe(0);
    });
  },
);
