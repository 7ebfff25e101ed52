import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../use-backend.node.ts';
import { conformanceBackends } from './conformance-backends.testing.ts';
import { opCases } from './op-cases.ts';
import { opValues, relativeError } from './op-values.testing.ts';

describe.each(conformanceBackends)('ops on $title, against tfjs’s plain JavaScript', ({ name, here }) => {
  beforeAll(async () => {
    if (!here) return;
    await useBackend('cpu');
    await useBackend(name);
  });

  it.skipIf(!here).each(opCases)('$name', async (opCase) => {
    await tf.setBackend('cpu');
    const expected = opValues(opCase);
    await tf.setBackend(name);
    const before = tf.memory().numTensors;
    const actual = opValues(opCase);
    expect(tf.memory().numTensors).toBe(before);
    expect(relativeError(actual.value, expected.value)).toBeLessThan(2e-5);
    for (const [index, gradient] of actual.gradients.entries()) {
      expect(relativeError(gradient, expected.gradients[index] ?? []), `gradient ${index}`).toBeLessThan(
        1e-4,
      );
    }
  });
});
