import { copyTree, freezeTree, type Backbone, type Module } from '@ssl/models';
import type * as tf from '@tensorflow/tfjs-core';
import { updateEma } from './ema.ts';

/** A copy of a backbone and its projector that no optimizer changes: it follows them by a moving average. */
export type MomentumNetwork = Readonly<{
  backbone: Backbone;
  projector: Module<tf.Tensor2D, tf.Tensor2D>;
}>;

/**
 * Copies a backbone and a projector for {@link followNetwork}.
 *
 * @param copy a projector of the same shape, whose weights are overwritten
 */
export function createMomentumNetwork(
  backbone: Backbone,
  projector: MomentumNetwork['projector'],
  copy: MomentumNetwork['projector'],
): MomentumNetwork {
  const network = { backbone: backbone.clone(), projector: copy };
  copyTree(projector.parameters, copy.parameters);
  freezeTree(network.backbone.parameters);
  freezeTree(copy.parameters);
  return network;
}

/** Moves the copy's weights towards those that are trained: copy ← momentum · copy + (1 − momentum) · trained. */
export function followNetwork(copy: MomentumNetwork, trained: MomentumNetwork, momentum: number): void {
  updateEma(trained.backbone.parameters, copy.backbone.parameters, momentum);
  updateEma(trained.projector.parameters, copy.projector.parameters, momentum);
}
