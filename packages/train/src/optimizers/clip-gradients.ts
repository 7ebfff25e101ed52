import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { globalNorm } from './norm.ts';
import type { Gradients } from './optimizer.ts';

/** Whether and how gradients are shortened before the update. */
export const gradientClippingSchema = z.strictObject({
  name: z
    .enum(['global-norm', 'each-norm'])
    .default('global-norm')
    .describe('by the norm of all gradients together, or each tensor by its own'),
  maxNorm: z.number().positive().describe('norm above which gradients are scaled down to it'),
});

/** Settings of gradient clipping, all given. */
export type GradientClippingConfig = z.output<typeof gradientClippingSchema>;

/**
 * Gradients that are no longer than `maxNorm`: g · min(1, maxNorm / (norm + 1e-6)), as torch's `clip_grad_norm_`
 * (`global-norm`), and as the code of Self-Classifier's and DINO's authors (`each-norm`).
 *
 * @returns new tensors, which are the caller's
 */
export function clipGradients(gradients: Gradients, { name, maxNorm }: GradientClippingConfig): Gradients {
  const clipped = new Map<string, tf.Tensor>();
  tf.tidy(() => {
    const shared =
      name === 'global-norm' ? factorFor(globalNorm([...gradients.values()]), maxNorm) : undefined;
    for (const [key, gradient] of gradients) {
      const factor = shared ?? factorFor(globalNorm([gradient]), maxNorm);
      clipped.set(key, tf.keep(tf.mul(gradient, factor)));
    }
  });
  return clipped;
}

function factorFor(norm: tf.Scalar, maxNorm: number): tf.Tensor {
  return tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
}
