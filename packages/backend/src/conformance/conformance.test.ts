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

    it.skipIf(!here).each(conformanceChecks(golden))('$group: $name', async ({ limits, run }) => {
      const { valueError, gradientError, leaked, passed } = await run(name);
      expect(valueError).toBeLessThanOrEqual(limits.value);
      expect(gradientError).toBeLessThanOrEqual(limits.gradient);
      expect(leaked).toBe(0);
      expect(passed).toBe(true);
    });
  },
);
