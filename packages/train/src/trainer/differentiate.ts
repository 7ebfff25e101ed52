import type { ForwardStep, MethodState, Objective, Outputs, Progress, Views } from '@ssl/losses';
import { createStatisticsRecorder, type StatisticsRecorder } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from '../optimizers/optimizer.ts';
import { globalNorm } from '../optimizers/norm.ts';
import type { Run } from '../plan/create-run.ts';
import { callHook, checkObjective, checkOutputs, methodError } from './method-guard.ts';
import { differentiateInParts } from './differentiate-in-parts.ts';
import type { HookCalls, RawGradients } from './hook-calls.ts';
import { viewTensors } from './view-tensors.ts';

/** The loss of a batch and its gradients: tensors that the caller frees by `dispose`. */
export interface Differentiated {
  /** By the names of the trainable parameters. */
  readonly gradients: Gradients;
  /** What `forward` made of the whole batch. */
  readonly outputs: Outputs;
  readonly metricNames: readonly string[];
  /** The batch statistics of this step, neither committed nor discarded. */
  readonly statistics: StatisticsRecorder;
  /** `[loss, norm of all gradients, …metrics]`: one tensor, so that one read fetches them. */
  readonly scalars: tf.Tensor1D;
  /** Frees all tensors but `scalars`; discards the statistics. */
  dispose(): void;
}

/** How a step is differentiated. */
export interface DifferentiateOptions {
  /** Samples of the first stream that go through the network at once; default: all. */
  readonly microBatch?: number | undefined;
  /** Whether batch norm normalises by the batch's own statistics; default true. */
  readonly training?: boolean;
}

/**
 * Runs the method's `forward` and `objective` under the gradient tape. Changes no state.
 *
 * @throws MethodError if a hook throws, gives what it must not, or leaves a trainable parameter without gradient
 */
export function differentiate(
  run: Run,
  views: Views,
  progress: Progress,
  { microBatch, training = true }: DifferentiateOptions = {},
): Differentiated {
  const { method, state, trees } = run;
  const statistics = createStatisticsRecorder();
  const kept = new Set<tf.Tensor>();
  const owned = viewTensors(views);
  const dispose = (): void => {
    statistics.discard();
    for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
  };
  const batchSize = Object.values(views.groups)[0]?.batchSize ?? 0;
  const forwardRandom = progress.random.split('forward');
  const calls: HookCalls = {
    forward(part, firstShare, keepStatistics) {
      const context = training && keepStatistics ? statistics.context : { training };
      const at: ForwardStep = {
        ...progress,
        forward: {
          ...context,
          random: forwardRandom,
          ...(part !== views && { placeOf: placeIn(part, batchSize, firstShare) }),
        },
      };
      const outputs = callHook(method, 'forward', () => method.forward(state, part, at));
      checkOutputs(method, outputs, part);
      return outputs;
    },
    objective(outputs) {
      const at = { ...progress, memory: memoryOf(state) };
      const objective = callHook(method, 'objective', () => method.objective(outputs, views, at));
      checkObjective(method, objective);
      return objective;
    },
    variables: [...trees.trainable.values()].map(({ variable }) => variable),
    keep(tensor) {
      if (!(tensor instanceof tf.Variable) && !owned.has(tensor)) kept.add(tf.keep(tensor));
    },
  };
  try {
    const parts =
      microBatch === undefined ? 1 : Math.min(Math.ceil(batchSize / microBatch), fewestSamples(views));
    const raw = callHook(method, 'objective', () =>
      parts > 1 ? differentiateInParts(calls, views, parts) : differentiateWhole(calls, views),
    );
    const gradients = gradientsByName(run, raw.grads);
    const { metrics = {} } = raw;
    const scalars = tf.tidy(() => {
      const values = [raw.loss, globalNorm([...gradients.values()]), ...Object.values(metrics)];
      return tf.stack(values.map((value) => tf.reshape(tf.cast(value, 'float32'), []))) as tf.Tensor1D;
    });
    return {
      gradients,
      outputs: raw.outputs,
      metricNames: Object.keys(metrics),
      statistics,
      scalars,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Of the streams of a batch, the samples of the smallest: each part of a batch has one at least. */
function fewestSamples({ groups }: Views): number {
  return Math.min(...Object.values(groups).map(({ batchSize }) => batchSize));
}

/** The place in the whole batch of a row of view-major rows of a part. */
function placeIn({ groups }: Views, whole: number, firstShare: number): (row: number) => number {
  const size = Object.values(groups)[0]?.batchSize ?? 1;
  const first = Math.round(firstShare * whole);
  return (row) => Math.floor(row / size) * whole + first + (row % size);
}

function memoryOf({ memory }: MethodState): MethodState['memory'] {
  return memory;
}

function differentiateWhole({ forward, objective, variables, keep }: HookCalls, views: Views): RawGradients {
  const found: { outputs: Outputs; metrics: Objective['metrics'] }[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const outputs = forward(views, 0, true);
    const { loss, metrics } = objective(outputs);
    for (const tensor of Object.values(outputs)) if (tensor) keep(tensor);
    for (const tensor of Object.values(metrics ?? {})) keep(tensor);
    found.push({ outputs, metrics });
    return loss;
  }, variables);
  // tfjs gives null for a variable that is marked as not trainable.
  for (const tensor of [value, ...Object.values(grads)]) if (tensor as tf.Tensor | null) keep(tensor);
  return { loss: value, grads, ...(found[0] as (typeof found)[number]) };
}

function gradientsByName({ method, trees }: Run, grads: tf.NamedTensorMap): Gradients {
  const gradients = new Map<string, tf.Tensor>();
  const missing: string[] = [];
  for (const [name, { variable }] of trees.trainable) {
    const gradient = grads[variable.name] as tf.Tensor | null | undefined;
    if (!gradient) missing.push(name);
    else gradients.set(name, gradient);
  }
  if (missing.length > 0) {
    throw methodError(
      method,
      'objective',
      `no gradient reaches ${missing.join(', ')}; every trainable parameter must take part in the loss`,
    );
  }
  return gradients;
}
