import type { AnyMethod, LossOutput, MethodState, Progress, Views } from '@ssl/losses';
import { createStatisticsRecorder, type StatisticsRecorder } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { globalNorm } from '../optimizers/norm.ts';
import type { Gradients } from '../optimizers/optimizer.ts';
import { callHook, checkLossOutput, methodError } from './method-guard.ts';
import { watchState } from './state-watch.ts';

/** The loss of a batch and its gradients: tensors that the caller frees by `dispose`. */
export interface Differentiated {
  /** By the names of `state.trainable`. */
  readonly gradients: Gradients;
  readonly output: LossOutput;
  /** The batch statistics of this forward pass, neither committed nor discarded. */
  readonly statistics: StatisticsRecorder;
  /** `[loss, norm of all gradients, …the method's metrics]`: one tensor, so that one read fetches them. */
  readonly scalars: tf.Tensor1D;
  /** Frees all tensors but `scalars` and, of `output`, features and projections; discards the statistics. */
  dispose(): void;
}

/**
 * Runs the method's loss under the gradient tape. Changes no state.
 *
 * @throws MethodError if the loss throws, is no scalar, writes state, or gives a trainable parameter no gradient
 */
export function differentiate(
  method: AnyMethod,
  state: MethodState,
  views: Views,
  progress: Omit<Progress, 'forward'>,
): Differentiated {
  const statistics = createStatisticsRecorder();
  const kept = new Set<tf.Tensor>();
  const variables = [...state.trainable.values()].map(({ variable }) => variable);
  const outputs: LossOutput[] = [];
  const dispose = (): void => {
    statistics.discard();
    for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
  };

  try {
    const writtenSince = watchState(state);
    const { value, grads } = callHook(method, 'loss', () =>
      tf.variableGrads(() => {
        const output = method.loss(state, views, { ...progress, forward: statistics.context });
        checkLossOutput(method, output);
        for (const tensor of tensorsOf(output, views)) kept.add(tf.keep(tensor));
        outputs.push(output);
        return output.loss;
      }, variables),
    );
    for (const tensor of [value, ...Object.values(grads)]) if (tensor) kept.add(tensor);
    const written = writtenSince();
    if (written !== undefined) {
      throw methodError(
        method,
        'loss',
        `it writes "${written}" of the state; a loss must be pure: write in beforeStep or afterStep`,
      );
    }
    const output = outputs[0] as LossOutput;
    const gradients = gradientsByName(method, state, grads);
    const scalars = tf.tidy(() => {
      const parts = [value, globalNorm([...gradients.values()]), ...Object.values(output.metrics ?? {})];
      return tf.stack(parts.map((part) => tf.reshape(tf.cast(part, 'float32'), []))) as tf.Tensor1D;
    });
    for (const tensor of watchedTensors(output)) kept.delete(tensor);
    return { gradients, output, statistics, scalars, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What the report of a step looks at: the caller's to free. */
export function watchedTensors({ features, projections }: LossOutput): readonly tf.Tensor2D[] {
  return projections === undefined || projections === features ? [features] : [features, projections];
}

/** What must outlive the tape: neither variables nor the batch, which have owners of their own. */
function tensorsOf({ features, projections, metrics, aux }: LossOutput, views: Views): tf.Tensor[] {
  const owned = new Set<tf.Tensor>(views.labels ? [views.labels] : []);
  for (const { images, targets } of Object.values(views.groups)) {
    owned.add(images);
    if (targets) owned.add(targets);
  }
  const all = [features, ...(projections ? [projections] : []), ...Object.values({ ...metrics, ...aux })];
  return all.filter((tensor) => !(tensor instanceof tf.Variable) && !owned.has(tensor));
}

function gradientsByName(method: AnyMethod, state: MethodState, grads: tf.NamedTensorMap): Gradients {
  const gradients = new Map<string, tf.Tensor>();
  const missing: string[] = [];
  for (const [name, { variable }] of state.trainable) {
    // tfjs gives null for a variable that is marked as not trainable.
    const gradient = grads[variable.name] as tf.Tensor | null | undefined;
    if (!gradient) missing.push(name);
    else gradients.set(name, gradient);
  }
  if (missing.length > 0) {
    throw methodError(
      method,
      'loss',
      `no gradient reaches ${missing.join(', ')}; every trainable parameter must take part in the loss`,
    );
  }
  return gradients;
}
