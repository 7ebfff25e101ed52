import { isOutOfMemoryError } from '@ssl/backend';
import { isUserError } from '@ssl/errors';
import type { AnyMethod, Objective, Outputs, Views } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';

/** A method does not keep to its interface, or one of its hooks threw. The message names method, hook and fault. */
export class MethodError extends Error {
  override readonly name = 'MethodError';
}

/** The functions of a method. */
export type MethodHook =
  | 'streams'
  | 'views'
  | 'init'
  | 'forward'
  | 'objective'
  | 'beforeStep'
  | 'afterStep'
  | 'parameterGroups'
  | 'metrics'
  | 'predict'
  | 'examples'
  | 'heads';

/** The error of a method's hook: `./my-method.ts: forward: …`. */
export function methodError(
  method: AnyMethod,
  hook: MethodHook | typeof tapedHooks,
  fault: string,
  cause?: unknown,
): MethodError {
  return new MethodError(`${method.origin ?? method.name}: ${hook}: ${fault}`, { cause });
}

/** What is said of a fault that shows only once both hooks under the tape have run. */
export const tapedHooks = 'forward or objective';

/**
 * Calls a hook of a method, and says whose it was where it throws. A user's mistake that a method reports, and a lack
 * of memory, stay what they are.
 *
 * @throws MethodError for anything else
 */
export function callHook<Result>(method: AnyMethod, hook: MethodHook, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw hookError(method, hook, error);
  }
}

/** The error to report for one that a hook threw. */
export function hookError(method: AnyMethod, hook: MethodHook, error: unknown): unknown {
  if (error instanceof MethodError || isUserError(error) || isOutOfMemoryError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Cannot find a connection between any variable')) {
    return methodError(
      method,
      hook,
      'no gradient reaches any trainable parameter; make the loss of what the backbone gives, by ops that have gradients',
      error,
    );
  }
  return methodError(method, hook, message.trim().replace(/\s*\n\s*/g, ' '), error);
}

/** @throws MethodError if what `forward` gave back is not what trainers can use */
export function checkOutputs(method: AnyMethod, outputs: Outputs, { groups }: Views): void {
  const fail = (fault: string): never => {
    throw methodError(method, 'forward', fault);
  };
  if (outputs instanceof Promise)
    fail('it gave a promise; it must work synchronously, inside the gradient tape');
  if (typeof outputs !== 'object' || !(outputs.features instanceof tf.Tensor)) {
    fail(
      `expected { features } to be [batch,featureDim], got ${describe(outputs?.features)}; give the backbone's output`,
    );
  }
  const sizes = new Set(Object.values(groups).map(({ batchSize }) => batchSize));
  for (const [name, value] of Object.entries(outputs)) {
    if (value === undefined) continue;
    if (!(value instanceof tf.Tensor) || !sizes.has(value.shape[0] ?? -1)) {
      fail(
        `expected "${name}" to be a tensor whose first axis is the sample, of ${[...sizes].join(' or ')}, got ${describe(value)}; ` +
          'put views behind the sample by sampleMajor',
      );
    }
  }
}

/** @throws MethodError if what `objective` gave back is not what trainers can use */
export function checkObjective(method: AnyMethod, objective: Objective): void {
  const fail = (fault: string): never => {
    throw methodError(method, 'objective', fault);
  };
  if (objective instanceof Promise)
    fail('it gave a promise; it must work synchronously, inside the gradient tape');
  const { loss, metrics = {} } = objective ?? {};
  if (!(loss instanceof tf.Tensor)) fail(`expected { loss } to be a scalar tensor, got ${describe(loss)}`);
  if (loss.rank !== 0) fail(`expected { loss } to be a scalar, got ${describe(loss)}; take tf.mean of it`);
  for (const [name, value] of Object.entries(metrics)) {
    if (!(value instanceof tf.Tensor) || value.size !== 1) {
      fail(`expected the metric "${name}" to be a scalar tensor, got ${describe(value)}`);
    }
  }
}

function describe(value: unknown): string {
  if (value instanceof tf.Tensor) return `a tensor [${value.shape.join(',')}]`;
  return value === undefined ? 'nothing' : `${typeof value} ${String(value)}`;
}
