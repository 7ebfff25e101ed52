import { useBackend } from '@ssl/backend/node';
import { createGeneratedSentences } from '@ssl/data';
import { maskedTokens } from '@ssl/losses';
import { beforeAll, describe, it } from 'vitest';
import { methodContract } from './method-contract.ts';

const dataset = createGeneratedSentences({ length: 64 });
const config = { input: { length: 24 } };

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe.each([
  ['with its defaults', {}, {}],
  [
    'with spans and drop path',
    { maskRatio: 0.4, spanLength: 3, keepShare: 0 },
    { kernelSize: 1, dropPath: 0.3 },
  ],
  ['with hidden units as features', {}, { kernelSize: 3, localDim: 12, features: 'hidden' }],
])('masked-tokens %s', (_title, options, backboneOptions) => {
  const backbone = { name: 'text-transformer' as const, dim: 8, depth: 2, heads: 2, ...backboneOptions };
  for (const { name, run } of methodContract(maskedTokens, { dataset, options, backbone, config }))
    it(name, run);
});
