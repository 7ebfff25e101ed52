import { useBackend } from '@ssl/backend/node';
import type { ParameterGroup } from '@ssl/losses';
import { createParameter, disposeTrees, type ParamTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { numberOf, pick, readGolden } from '../fixtures/golden.testing.ts';
import { createOptimizer } from './create-optimizer.ts';
import { optimizerSchema } from './optimizer-config.ts';
import type { UpdatePlace } from './optimizer.ts';
import { createUpdateRules } from './update-rules.ts';

const golden = readGolden('optim.json');

let parameters: ParamTree;

beforeAll(async () => {
  await useBackend('wasm');
});

beforeEach(() => {
  const parameter = (shape: readonly number[]) => createParameter(new Float32Array(2).fill(1), shape, 'same');
  parameters = new Map([
    ['backbone.conv1.weight', parameter([1, 2])],
    ['backbone.conv1.bias', parameter([2])],
    ['head.weight', parameter([1, 2])],
  ]);
});

afterEach(() => disposeTrees(parameters));

const startsWith =
  (prefix: string): ParameterGroup['includes'] =>
  (name) =>
    name.startsWith(prefix);

describe('createUpdateRules', () => {
  it('gives all parameters the same without groups', () => {
    const rules = createUpdateRules(parameters, { weightDecay: 0.5 });
    for (const name of parameters.keys())
      expect(rules(name, 0.1)).toEqual({ learningRate: 0.1, weightDecay: 0.5 });
  });

  it('lets the first group that includes a parameter count, by name and shape', () => {
    const rules = createUpdateRules(parameters, { weightDecay: 0.5 }, [
      { includes: (_name, shape) => shape.length <= 1, weightDecayFactor: 0 },
      { includes: startsWith('backbone.'), learningRateFactor: 0.25 },
      { includes: () => true, learningRateFactor: 2, weightDecayFactor: 3 },
    ]);
    expect(rules('backbone.conv1.bias', 0.1)).toEqual({ learningRate: 0.1, weightDecay: 0 });
    expect(rules('backbone.conv1.weight', 0.1)).toEqual({ learningRate: 0.025, weightDecay: 0.5 });
    expect(rules('head.weight', 0.1)).toEqual({ learningRate: 0.2, weightDecay: 1.5 });
  });

  it('leaves parameters as they are in their frozen epochs', () => {
    const rules = createUpdateRules(parameters, { weightDecay: 0 }, [
      { includes: startsWith('head.'), frozenEpochs: 2 },
    ]);
    const at = (epoch: number): UpdatePlace => ({ epoch, progress: epoch / 4 });
    expect([0, 1, 2, 3].map((epoch) => rules('head.weight', 1, at(epoch)) !== undefined)).toEqual([
      ...[false, false, true, true],
    ]);
    expect(rules('backbone.conv1.weight', 1, at(0))).toBeDefined();
  });

  it('runs the decay to its end as the authors’ cosine schedule', () => {
    const reference = golden('schedule_selfclassifier_no_warmup');
    expect(numberOf(reference, 'warmup_epochs')).toBe(0);
    const steps = numberOf(reference, 'epochs') * numberOf(reference, 'niter_per_ep');
    const config = {
      weightDecay: numberOf(reference, 'base_value'),
      weightDecayEnd: numberOf(reference, 'final_value'),
    };
    const rules = createUpdateRules(parameters, config, [
      { includes: startsWith('head.'), weightDecayFactor: 0.5 },
    ]);
    const expected = pick(reference.outputs, 'lr').data;
    expect(expected).toHaveLength(steps);
    for (const [step, decay] of expected.entries()) {
      const place = { epoch: 0, progress: step / steps };
      expect(rules('backbone.conv1.weight', 1, place)?.weightDecay).toBeCloseTo(decay, 12);
      expect(rules('head.weight', 1, place)?.weightDecay).toBeCloseTo(decay / 2, 12);
    }
  });
});

describe.each([
  ['sgd', { momentum: 0.9 }],
  ['adam', {}],
  ['adamw', {}],
  ['lars', { variant: 'larc' }],
  ['lars', { variant: 'mae' }],
] as const)('an optimizer (%s %o)', (name, settings) => {
  /** The weights after a step. The gradient is not along them: LARS looks at its direction alone. */
  function stepped(
    groups: readonly ParameterGroup[],
    place: UpdatePlace,
    more: object = {},
  ): Map<string, number[]> {
    const config = optimizerSchema.parse({ name, ...settings, ...more });
    const optimizer = createOptimizer(parameters, config, groups);
    tf.tidy(() => {
      const gradients = new Map(
        [...parameters].map(([key, { variable }]) => [key, tf.tensor([1, 0.5], variable.shape)]),
      );
      optimizer.update(gradients, 0.1, place);
    });
    optimizer.dispose();
    const after = new Map([...parameters].map(([key, { variable }]) => [key, [...variable.dataSync()]]));
    for (const { variable } of parameters.values()) variable.assign(tf.onesLike(variable));
    return after;
  }

  const start = { epoch: 0, progress: 0 };

  it('takes no step with what is frozen, and a step with it afterwards', () => {
    const groups = [{ includes: startsWith('head.'), frozenEpochs: 1 }];
    const frozen = stepped(groups, start);
    expect(frozen.get('head.weight')).toEqual([1, 1]);
    expect(frozen.get('backbone.conv1.weight')).not.toEqual([1, 1]);
    expect(stepped(groups, { epoch: 1, progress: 0.5 }).get('head.weight')).not.toEqual([1, 1]);
  });

  it('scales the step of a group, and no other', () => {
    const groups = [{ includes: startsWith('head.'), learningRateFactor: 0.5 }];
    const [plain, scaled] = [
      stepped([], start, { weightDecay: 0 }),
      stepped(groups, start, { weightDecay: 0 }),
    ];
    expect(scaled.get('backbone.conv1.weight')).toEqual(plain.get('backbone.conv1.weight'));
    const [whole, half] = [plain, scaled].map((after) => 1 - (after.get('head.weight')?.[0] ?? NaN));
    expect(half).toBeCloseTo((whole ?? NaN) / 2, 6);
  });

  it('decays what a group does not exempt', () => {
    const more = { weightDecay: 0.5 };
    const groups = [{ includes: startsWith('head.'), weightDecayFactor: 0 }];
    const [none, exempt, all] = [
      stepped([], start, { weightDecay: 0 }),
      stepped(groups, start, more),
      stepped([], start, more),
    ];
    expect(exempt.get('head.weight')).toEqual(none.get('head.weight'));
    expect(exempt.get('backbone.conv1.weight')).toEqual(all.get('backbone.conv1.weight'));
    // Adam divides by the size of gradient and decay together: its first step does not show the decay.
    if (name !== 'adam') expect(all.get('head.weight')).not.toEqual(none.get('head.weight'));
  });
});
