import type { TransformSpec, ViewGroupSpec, ViewRecipe } from '@ssl/augment';
import type { Backbone, BufferTree, ForwardContext } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type {
  AnyMethod,
  ExampleRow,
  ForwardStep,
  InitContext,
  MethodRoles,
  MethodState,
  Objective,
  ObjectiveStep,
  Outputs,
  ParameterGroup,
  Progress,
  SweepStep,
  ViewGroup,
  Views,
  ViewsContext,
} from '../method.ts';
import type { MetricDescription } from '../metric-description.ts';

/**
 * A method that works inside another one. Its modules, groups of views, outputs and memory stand among the outer
 * method's under `NAME.`, its metrics under the name in camelCase: `rotation.classifier`, `rotationAccuracy`.
 *
 * Each hook of the outer method calls its counterpart here for each part:
 *
 *     views:      joinRecipes(parts.map((part) => partRecipe(part, context)))
 *     init:       const roles = parts.map((part) => initPart(part, context)); return joinRoles(parts, roles)
 *     forward:    const outputs = forwardPart(part, state, views, at)
 *     objective:  const { loss, metrics } = objectiveOfPart(part, outputs, views, at)
 */
export interface MethodPart {
  /** In kebab-case; usually the method's name. Parts of one method have different names. */
  readonly name: string;
  readonly method: AnyMethod;
  /** As the method's schema gave them, defaults filled in. */
  readonly options: unknown;
}

/** Roles of a method whose parts are methods. */
export interface JoinedRoles extends MethodRoles {
  /** What `init` of each part gave, by the part's name. */
  readonly parts: Readonly<Record<string, MethodRoles>>;
}

/** The state of a method whose parts are methods. */
export type JoinedState = MethodState<JoinedRoles>;

/** How a part's views stand in the outer method's batch. */
export interface PartScope {
  /** What its groups of views and outputs begin with; default: the part's name. A part may run in several scopes. */
  readonly scope?: string;
  /** The stream whose samples it sees, for groups that name none; default: the outer method's first. */
  readonly stream?: string;
}

/** The views that a part asks for, under its names. */
export function partRecipe(
  { name, method, options }: MethodPart,
  context: ViewsContext,
  { scope = name, stream }: PartScope = {},
): ViewRecipe {
  const { shared = {}, groups } = method.views(options, context);
  const own = (inner: string): string => `${scope}.${inner}`;
  return {
    shared: mapEntries(shared, (chain, transforms) => [own(chain), transforms]),
    groups: mapEntries(groups, (group, spec) => [
      own(group),
      {
        count: spec.count,
        transforms: spec.transforms,
        ...(stream !== undefined && { stream }),
        ...(spec.stream !== undefined && { stream: own(spec.stream) }),
        ...(spec.shared !== undefined && { shared: own(spec.shared) }),
      },
    ]),
  };
}

/** Several recipes as one; their names are different already. */
export function joinRecipes(recipes: readonly ViewRecipe[]): ViewRecipe {
  const shared: Record<string, readonly TransformSpec[]> = {};
  const groups: Record<string, ViewGroupSpec> = {};
  for (const recipe of recipes) {
    Object.assign(shared, recipe.shared);
    Object.assign(groups, recipe.groups);
  }
  return { shared, groups };
}

/** What a part adds to the backbone: the roles of its own `init`. */
export function initPart({ name, method, options }: MethodPart, context: InitContext): MethodRoles {
  return method.init({ ...context, random: context.random.split('part', name) }, options);
}

/** The roles of parts as those of the method that they make up. */
export function joinRoles(parts: readonly MethodPart[], roles: readonly MethodRoles[]): JoinedRoles {
  const modules: Record<string, NonNullable<MethodRoles['modules']>[string]> = {};
  const frozen: Record<string, NonNullable<MethodRoles['frozen']>[string]> = {};
  const memory: Record<string, { readonly buffers: BufferTree }> = {};
  const own: Record<string, MethodRoles> = {};
  for (const [index, { name }] of parts.entries()) {
    const given = roles[index] ?? {};
    own[name] = given;
    Object.assign(modules, prefixed(name, given.modules));
    Object.assign(frozen, prefixed(name, given.frozen));
    Object.assign(memory, prefixed(name, given.memory));
  }
  return { modules, frozen, memory, parts: own };
}

/** The state that a part's hooks take. */
export function stateOfPart({ name }: MethodPart, { parts, backbone }: JoinedState): MethodState {
  return { ...parts[name], backbone };
}

/**
 * A part's networks on its own views.
 *
 * @returns the outputs under the part's own names; give them on as `prefixed(scope, outputs)`
 */
export function forwardPart(
  part: MethodPart,
  state: JoinedState,
  views: Views,
  at: ForwardStep,
  scope: string = part.name,
): Outputs {
  const own = viewsOfPart(part, views, scope);
  return part.method.forward(stateOfPart(part, state), own, {
    ...progressOfPart(part, at, scope),
    forward: contextForViews(at.forward, own, scope),
  });
}

/**
 * A context for a forward pass on some of the views of a batch: with chance of its own, and the places of these
 * views' samples, which may be of another stream than the batch's first.
 */
export function contextForViews(
  { random, ...context }: ForwardContext,
  { groups }: Views,
  scope: string,
): ForwardContext {
  const [group] = Object.values(groups);
  const own: ForwardContext = { ...context, ...(random && { random: random.split(scope) }) };
  if (group?.partOf === undefined) return own;
  const { batchSize, partOf } = group;
  return {
    ...own,
    placeOf: (row) => Math.floor(row / batchSize) * partOf.batchSize + partOf.first + (row % batchSize),
  };
}

/**
 * A part's objective on its own outputs, which stand under its names among `outputs`.
 *
 * @returns loss and metrics under the part's own names; give the metrics on by `metricsOfPart`
 */
export function objectiveOfPart(
  part: MethodPart,
  outputs: Outputs,
  views: Views,
  at: ObjectiveStep,
  scope: string = part.name,
): Objective {
  const own = viewsOfPart(part, views, scope);
  return part.method.objective(stripped(scope, outputs) as Outputs, own, {
    ...progressOfPart(part, at, scope),
    memory: stripped(part.name, at.memory as Readonly<Record<string, { readonly buffers: BufferTree }>>),
  });
}

/** A part's first hook of a step. */
export async function beforeStepOfPart(part: MethodPart, state: JoinedState, at: SweepStep): Promise<void> {
  const { sweep } = at;
  await part.method.beforeStep?.(stateOfPart(part, state), { ...progressOfPart(part, at), sweep });
}

/** A part's last hook of a step. */
export function afterStepOfPart(
  part: MethodPart,
  state: JoinedState,
  outputs: Outputs,
  views: Views,
  at: Progress,
): void {
  part.method.afterStep?.(
    stateOfPart(part, state),
    stripped(part.name, outputs) as Outputs,
    viewsOfPart(part, views, part.name),
    progressOfPart(part, at),
  );
}

/** A part's loss and metrics for the run log: `rotationLoss`, `rotationAccuracy`. */
export function metricsOfPart(
  { name }: MethodPart,
  { loss, metrics = {} }: Objective,
): Record<string, tf.Scalar> {
  return mapEntries({ loss: tf.clone(loss), ...metrics }, (metric, value) => [
    metricName(name, metric),
    value,
  ]);
}

/** How the metrics that `metricsOfPart` gives are to be read. */
export function describePart(
  { name, method, options }: MethodPart,
  context: Pick<InitContext, 'dataset' | 'input' | 'batchSize'>,
): Record<string, MetricDescription> {
  const described = { loss: { title: 'loss' }, ...method.metrics?.(options, context) };
  return mapEntries(described, (metric, description: MetricDescription) => {
    // The heads that a metric may be about are those of the part's `predict`, not of the outer method's.
    const kept = Object.entries(description).filter(([key]) => key !== 'head');
    const rest = Object.fromEntries(kept) as unknown as MetricDescription;
    return [metricName(name, metric), { ...rest, title: `${method.name}: ${rest.title}` }];
  });
}

/** A part's groups of parameters, by the names that its modules have outside. */
export function parameterGroupsOfPart(part: MethodPart, state: JoinedState): readonly ParameterGroup[] {
  const groups = part.method.parameterGroups?.(stateOfPart(part, state), part.options) ?? [];
  const prefix = `${part.name}.`;
  return groups.map((group) => ({
    ...group,
    includes(name, shape) {
      if (name.startsWith('backbone.')) return group.includes(name, shape);
      return name.startsWith(prefix) && group.includes(name.slice(prefix.length), shape);
    },
  }));
}

/** A part's rows of examples. */
export function examplesOfPart(
  part: MethodPart,
  state: JoinedState,
  views: Views,
  { input }: Pick<Progress, 'input'>,
): readonly ExampleRow[] {
  const at = { options: part.options, input };
  const own = viewsOfPart(part, views, part.name);
  const rows = part.method.examples?.(stateOfPart(part, state), own, at) ?? [];
  return rows.map(({ name, inputs }) => ({ name: `${part.method.name}: ${name}`, inputs }));
}

/** The network that is evaluated, where one of the parts has another one than the trained. */
export function evaluatedOf({ parts }: Pick<JoinedRoles, 'parts'>): Backbone | undefined {
  return Object.values(parts).find(({ evaluated }) => evaluated !== undefined)?.evaluated;
}

/** Values under `NAME.` and their own names. */
export function prefixed<T>(name: string, values: Readonly<Record<string, T>> = {}): Record<string, T> {
  return mapEntries(values, (inner, value) => [`${name}.${inner}`, value]);
}

/** The name of a part's metric among those of the outer method: `self-classifier`, `loss` → `selfClassifierLoss`. */
export function metricName(part: string, metric: string): string {
  const camelCase = part.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return `${camelCase}${metric.charAt(0).toUpperCase()}${metric.slice(1)}`;
}

/** The inverse of `prefixed`: the values under `NAME.`, without it. */
function stripped<T>(name: string, values: Readonly<Record<string, T>> = {}): Record<string, T> {
  const prefix = `${name}.`;
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The groups of views that a part asked for, by its own names; labels only where it uses them. */
function viewsOfPart({ method }: MethodPart, { groups }: Views, scope: string): Views {
  const own = mapEntries(stripped(scope, groups), (name, { labels, ...group }: ViewGroup) => {
    const stream = group.stream.startsWith(`${scope}.`) ? group.stream.slice(scope.length + 1) : group.stream;
    return [name, { ...group, stream, ...(method.usesLabels && labels && { labels }) }];
  });
  return { groups: own };
}

function progressOfPart(part: MethodPart, at: Progress, scope: string = part.name): Progress {
  const { input, step, totalSteps, epoch, totalEpochs, samples } = at;
  return {
    ...{ input, step, totalSteps, epoch, totalEpochs, samples, options: part.options },
    random: at.random.split('part', scope),
  };
}

function mapEntries<T, U>(
  values: Readonly<Record<string, T>>,
  map: (name: string, value: T) => readonly [string, U],
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => map(name, value)));
}
