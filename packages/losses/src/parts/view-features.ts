import type { Backbone, ForwardContext } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { ViewGroup, Views } from '../method.ts';

/**
 * The backbone's features of all views of a batch, `[views × batchSize, featureDim]`, view-major: the recipe's
 * groups in order. Neighbouring groups of one shape share a forward pass, and so their batch statistics,
 * as the authors of Self-Classifier and DINO do with crops of one size.
 *
 * @param views of one stream
 */
export function viewFeatures(backbone: Backbone, views: Views, context: ForwardContext): tf.Tensor2D {
  const passes = groupsByShape(Object.values(views.groups)).map((groups) =>
    backbone.features(concatenate(groups.map((group) => group.inputs)), context),
  );
  return concatenate(passes);
}

/** Views per sample, over all groups. */
export function viewCount(views: Views): number {
  return Object.values(views.groups).reduce((sum, { count }) => sum + count, 0);
}

/**
 * A group of views by name.
 *
 * @throws Error if the batch has none of that name: the recipe and the method disagree
 */
export function groupOf(views: Views, name: string): ViewGroup {
  const group = views.groups[name];
  if (group !== undefined) return group;
  throw new Error(`the batch has no group of views "${name}", only ${Object.keys(views.groups).join(', ')}`);
}

function groupsByShape(groups: readonly ViewGroup[]): ViewGroup[][] {
  const runs: ViewGroup[][] = [];
  for (const group of groups) {
    const last = runs.at(-1);
    if (last !== undefined && shapeOf(group) === shapeOf(last[0])) last.push(group);
    else runs.push([group]);
  }
  return runs;
}

function shapeOf(group: ViewGroup | undefined): string {
  return group === undefined ? '' : group.inputs.shape.slice(1).join();
}

function concatenate<T extends tf.Tensor>(tensors: readonly T[]): T {
  const [only] = tensors;
  return tensors.length === 1 && only !== undefined ? only : (tf.concat([...tensors]) as T);
}
