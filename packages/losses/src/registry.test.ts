import { byteTextSpec, type InputSpec } from '@ssl/augment';
import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { trialInput } from './fixtures/method-trial.testing.ts';
import { getMethod, methodNames } from './registry.ts';

const texts: InputSpec = { ...byteTextSpec(64), shape: [64], dtype: 'int32' };
/** What the methods take that are not of images. */
const inputs: Readonly<Record<string, InputSpec>> = { 'masked-tokens': texts };

describe.each(methodNames)('%s', (name) => {
  const { description, options, presets = {}, metrics } = getMethod(name);

  it('has a name in kebab-case and says what it is', () => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(description).not.toBe('');
  });

  it('has presets that its options accept', () => {
    for (const preset of Object.values(presets))
      expect(() => options.parse(preset.options ?? {})).not.toThrow();
  });

  it('describes its metrics by names in camelCase, with chance within the range', () => {
    const described = metrics?.(options.parse({}), {
      dataset: { length: 8, classes: 3 },
      input: inputs[name] ?? trialInput(),
      batchSize: 4,
    });
    for (const [metric, { title, range, chance }] of Object.entries(described ?? {})) {
      expect(metric).toMatch(/^[a-z][a-zA-Z0-9]*$/);
      expect(title).not.toBe('');
      const [low, high] = range ?? [-Infinity, Infinity];
      expect(low).toBeLessThan(high);
      if (chance !== undefined) expect(chance).toBeGreaterThanOrEqual(low);
      if (chance !== undefined) expect(chance).toBeLessThanOrEqual(high);
    }
  });
});

describe('getMethod', () => {
  it('says which names there are, and the nearest', () => {
    const get = (): unknown => getMethod('self-clasifier');
    expect(get).toThrow('unknown method "self-clasifier": did you mean "self-classifier"?');
    expect(get).toThrow(expect.toSatisfy(isUserError));
  });
});
