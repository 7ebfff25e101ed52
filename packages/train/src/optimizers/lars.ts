import { disposeTrees, mergeTrees, type ParamTree } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import { momentumStep } from './momentum-step.ts';
import { squaredNorm } from './norm.ts';
import type { LarsConfig } from './optimizer-config.ts';
import type { UpdateRules } from './update-rules.ts';
import { createSlots, forEachGradient, type Optimizer } from './optimizer.ts';

/**
 * LARS (You et al., 2017): SGD with momentum, each tensor's gradient scaled by the tensor's own norm. Five codes
 * that carry the name differ; with ‖p‖ and ‖g‖ the norms of a parameter and its gradient, and λ the decay:
 *
 * - `larc`, apex's LARC over torch's SGD, as Self-Classifier uses it: q = trust · ‖p‖ / (‖g‖ + λ‖p‖ + ε),
 *   d = q · (g + λp). Where a norm is 0, d = g, without decay. With `clip`, q is at most the learning rate,
 *   in units of it: min(q / rate, 1).
 * - `lightly`: the same, but a tensor without decay is not scaled at all.
 * - `solo-learn`: as larc, clip included.
 * - `barlow-twins` (also VICReg's authors): d = q · u with u = g + λp and q = trust · ‖p‖ / ‖u‖, without ε; q is 1
 *   where a norm is 0. 1-D tensors get neither decay nor scaling.
 * - `mae` (also MoCo v3): as barlow-twins, and scalars are treated like 1-D tensors.
 *
 * `excludeOneDimensional` overrides the last part: true leaves tensors of at most one dimension without decay and
 * scaling.
 */
export function createLars(parameters: ParamTree, config: LarsConfig, rules: UpdateRules): Optimizer {
  const { excludeOneDimensional = normOfUpdate(config), oneDimensionalRateFactor } = config;
  const velocities = config.momentum > 0 ? createSlots(parameters) : undefined;
  const slots = mergeTrees({ momentum: velocities ?? new Map() });
  // `adapt` has added the decay, in its variant's way.
  const undecayed = { ...config, weightDecay: 0 };

  function isExcluded({ rank }: tf.Variable): boolean {
    if (!excludeOneDimensional) return false;
    return config.variant === 'barlow-twins' ? rank === 1 : rank <= 1;
  }

  return {
    slots,
    update(gradients, baseRate, place) {
      forEachGradient(parameters, gradients, (name, variable, gradient) => {
        const rule = rules(name, baseRate, place);
        if (rule === undefined) return;
        const { learningRate, weightDecay } = rule;
        const rate = variable.rank <= 1 ? learningRate * oneDimensionalRateFactor : learningRate;
        const decayed = { ...config, weightDecay };
        tf.tidy(() => {
          const direction = isExcluded(variable) ? gradient : adapt(variable, gradient, rate, decayed);
          momentumStep(variable, velocities?.get(name)?.variable, direction, rate, undecayed);
        });
      });
    },
    dispose: () => disposeTrees(slots),
  };
}

/** Whether a variant scales by the norm of gradient and decay together. */
function normOfUpdate({ variant }: LarsConfig): boolean {
  return variant === 'barlow-twins' || variant === 'mae';
}

function adapt(variable: tf.Variable, gradient: tf.Tensor, rate: number, config: LarsConfig): tf.Tensor {
  const { variant, weightDecay, trustCoefficient, epsilon, clip } = config;
  if (variant === 'lightly' && weightDecay === 0) return gradient;
  const parameterNorm = tf.sqrt(squaredNorm(variable));
  if (normOfUpdate(config)) {
    const update = decayed(variable, gradient, weightDecay);
    const updateNorm = tf.sqrt(squaredNorm(update));
    const ratio = tf.div(tf.mul(parameterNorm, trustCoefficient), updateNorm);
    return tf.mul(update, tf.where(bothPositive(parameterNorm, updateNorm), ratio, tf.onesLike(ratio)));
  }
  const gradientNorm = tf.sqrt(squaredNorm(gradient));
  const denominator = tf.add(tf.add(gradientNorm, tf.mul(parameterNorm, weightDecay)), epsilon);
  const trusted = tf.div(tf.mul(parameterNorm, trustCoefficient), denominator);
  const ratio = clip ? tf.minimum(tf.div(trusted, rate), 1) : trusted;
  const active = bothPositive(parameterNorm, gradientNorm);
  // The choice is made on scalars, which stay on the device: reading them would stall the step.
  const scaled = tf.mul(gradient, tf.where(active, ratio, tf.onesLike(ratio)));
  if (weightDecay === 0) return scaled;
  const decay = tf.where(active, tf.mul(ratio, weightDecay), tf.zerosLike(ratio));
  return tf.add(scaled, tf.mul(variable, decay));
}

function decayed(variable: tf.Variable, gradient: tf.Tensor, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(variable, weightDecay));
}

function bothPositive(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0));
}
