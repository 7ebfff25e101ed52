import type { HostBuffer } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import type {
  AnyMethod,
  ForwardStep,
  InitContext,
  MethodRoles,
  Outputs,
  SweepStep,
  Views,
} from '../method.ts';
import {
  afterStepOfPart,
  beforeStepOfPart,
  describePart,
  evaluatedOf,
  examplesOfPart,
  forwardPart,
  initPart,
  joinRoles,
  metricName,
  parameterGroupsOfPart,
  partRecipe,
  prefixed,
  type JoinedState,
  type MethodPart,
} from './nested-methods.ts';

const seen: HostBuffer = { shape: [1], data: new Float64Array(1) };
const network = { parameters: new Map(), buffers: new Map() };
const calls: unknown[] = [];

/** A method that notes what its hooks are given. */
const inner = {
  name: 'inner-method',
  description: 'for tests',
  options: z.strictObject({}),
  views: () => ({
    shared: { crop: [{ name: 'resize', size: 8 }] },
    groups: {
      whole: { count: 1, shared: 'crop', transforms: [] },
      other: { stream: 'more', count: 2, transforms: [] },
    },
  }),
  init: (): MethodRoles => ({
    modules: { head: network },
    frozen: { target: { backbone: network, head: network } },
    memory: { queue: { buffers: new Map([['seen', seen]]) } },
  }),
  forward(state, views, at) {
    calls.push({ state, groups: views.groups, options: at.options, forward: at.forward });
    return { features: 'features', logits: 'logits' } as unknown as Outputs;
  },
  objective: () => {
    throw new Error('not called here');
  },
  beforeStep(state, at) {
    calls.push({ state, options: at.options, sweep: at.sweep });
    return Promise.resolve();
  },
  afterStep: (_state, outputs, views) => void calls.push({ outputs, groups: views.groups }),
  metrics: () => ({ classesUsed10: { title: 'classes in use', head: 0 }, loss: { title: 'distance' } }),
  parameterGroups: () => [
    { includes: (name) => name === 'head.weight', frozenEpochs: 1 },
    { includes: (name) => name.startsWith('backbone.'), learningRateFactor: 2 },
  ],
  examples: (_state, views) => [{ name: Object.keys(views.groups).join(), inputs: 'inputs' as never }],
} as AnyMethod;

const part: MethodPart = { name: 'inner-method', method: inner, options: { own: true } };
const roles = joinRoles([part], [initPart(part, { random: createRandom(0) } as unknown as InitContext)]);
const state = { ...roles, backbone: 'backbone' } as unknown as JoinedState;

function groupsNamed(...names: readonly string[]): Views {
  const group = { stream: 's', count: 1, batchSize: 4, labels: 'labels' };
  return { groups: Object.fromEntries(names.map((name) => [name, group])) } as unknown as Views;
}

describe('a method that is a part of another', () => {
  it('has groups, chains and streams under its name, or in another scope', () => {
    const context = {} as never;
    expect(partRecipe(part, context)).toEqual({
      shared: { 'inner-method.crop': [{ name: 'resize', size: 8 }] },
      groups: {
        'inner-method.whole': { count: 1, shared: 'inner-method.crop', transforms: [] },
        'inner-method.other': { stream: 'inner-method.more', count: 2, transforms: [] },
      },
    });
    expect(partRecipe(part, context, { scope: 'x', stream: 'labelled' }).groups).toMatchObject({
      'x.whole': { stream: 'labelled', shared: 'x.crop' },
    });
  });

  it('has roles under its name', () => {
    expect(roles.modules).toEqual({ 'inner-method.head': network });
    expect(roles.frozen).toEqual({ 'inner-method.target': { backbone: network, head: network } });
    expect(roles.memory).toEqual({ 'inner-method.queue': { buffers: new Map([['seen', seen]]) } });
    expect(evaluatedOf(roles)).toBeUndefined();
  });

  it('sees its own state, options and views, and no labels that it does not use', () => {
    calls.length = 0;
    const random = createRandom(1);
    const views = groupsNamed('inner-method.whole', 'x.whole', 'inner.whole');
    const at = { random, options: { outer: true }, forward: { training: true, random } };
    const outputs = forwardPart(part, state, views, at as unknown as ForwardStep, 'x');
    expect(prefixed('x', outputs)).toEqual({ 'x.features': 'features', 'x.logits': 'logits' });
    expect(calls).toMatchObject([
      {
        state: { modules: { head: network }, backbone: 'backbone' },
        groups: { whole: { stream: 's', batchSize: 4 } },
        options: { own: true },
        forward: { training: true },
      },
    ]);
    expect((calls[0] as { groups: object }).groups).not.toHaveProperty('whole.labels');
  });

  it('draws by the place in its own stream where the trainer gives parts of a batch', () => {
    calls.length = 0;
    const views = groupsNamed('inner-method.whole');
    const group = {
      ...views.groups['inner-method.whole'],
      batchSize: 2,
      partOf: { first: 6, batchSize: 10 },
    };
    const at = { random: createRandom(1), forward: { training: true, placeOf: () => NaN } };
    forwardPart(part, state, { groups: { 'inner-method.whole': group } } as unknown as Views, at as never);
    const [{ forward }] = calls as [{ forward: { placeOf: (row: number) => number } }];
    expect([0, 1, 2, 3].map((row) => forward.placeOf(row))).toEqual([6, 7, 16, 17]);
  });

  it('has its hooks called with what is its own', async () => {
    calls.length = 0;
    const sweep = (): never => undefined as never;
    const at = { random: createRandom(1), options: {} };
    await beforeStepOfPart(part, state, { ...at, sweep } as unknown as SweepStep);
    const outputs = { features: 'outer', 'inner-method.features': 'own' } as unknown as Outputs;
    afterStepOfPart(part, state, outputs, groupsNamed('inner-method.whole', 'labelled'), at as never);
    expect(calls).toMatchObject([
      { options: { own: true }, sweep },
      { outputs: { features: 'own' }, groups: { whole: {} } },
    ]);
    expect(examplesOfPart(part, state, groupsNamed('a', 'inner-method.b'), { input: {} as never })).toEqual([
      { name: 'inner-method: b', inputs: 'inputs' },
    ]);
  });

  it('has metrics in camelCase, and groups of parameters by the names outside', () => {
    expect(metricName('self-classifier', 'classesUsed10')).toBe('selfClassifierClassesUsed10');
    expect(describePart(part, {} as never)).toEqual({
      innerMethodLoss: { title: 'inner-method: distance' },
      innerMethodClassesUsed10: { title: 'inner-method: classes in use' },
    });
    const [head, backbone] = parameterGroupsOfPart(part, state);
    expect(['head.weight', 'inner-method.head.weight'].map((name) => head?.includes(name, []))).toEqual([
      false,
      true,
    ]);
    expect(head?.frozenEpochs).toBe(1);
    expect(
      ['backbone.conv1.weight', 'inner-method.head.weight'].map((name) => backbone?.includes(name, [])),
    ).toEqual([true, false]);
  });
});
