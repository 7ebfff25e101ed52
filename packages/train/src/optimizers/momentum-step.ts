import { momentumUpdate } from '@ssl/backend';
import * as tf from '@tensorflow/tfjs-core';

/** How a direction becomes a step. */
export interface MomentumOptions {
  /** Share of the last step that is kept, [0, 1). */
  readonly momentum: number;
  /** Nesterov's look-ahead, in PyTorch's form. */
  readonly nesterov: boolean;
  /** Times the parameter, added to the direction. */
  readonly weightDecay: number;
}

/**
 * Assigns what `momentumUpdate` of `@ssl/backend` gives.
 *
 * @param velocity `undefined` without momentum
 * @param direction the gradient, scaled where an optimizer scales it
 */
export function momentumStep(
  variable: tf.Variable,
  velocity: tf.Variable | undefined,
  direction: tf.Tensor,
  learningRate: number,
  { momentum, nesterov, weightDecay }: MomentumOptions,
): void {
  const attrs = { learningRate, momentum, nesterov, weightDecay };
  tf.tidy(() => {
    const next = momentumUpdate(variable, direction, velocity, attrs);
    variable.assign(next.parameter);
    if (velocity && next.velocity) velocity.assign(next.velocity);
  });
}
