import type { Backbone, ForwardContext } from '@ssl/models';
import * as tf from '@tensorflow/tfjs-core';
import type { ViewGroup, Views } from './method.ts';

/**
 * The backbone's features of all views of a batch, `[views × batchSize, featureDim]`, view-major: the recipe's
 * groups in order. Neighbouring groups of one image size share a forward pass, and so their batch statistics,
 * as the authors of Self-Classifier and DINO do with crops of one size.
 */
export function viewFeatures(backbone: Backbone, views: Views, context: ForwardContext): tf.Tensor2D {
  const passes = groupsBySize(Object.values(views.groups)).map((groups) => {
    const images = groups.map((group) => group.images);
    return backbone.forward(concatenate(images), context);
  });
  return concatenate(passes);
}

/** Views per image, over all groups. */
export function viewCount(views: Views): number {
  return Object.values(views.groups).reduce((sum, { count }) => sum + count, 0);
}

function groupsBySize(groups: readonly ViewGroup[]): ViewGroup[][] {
  const runs: ViewGroup[][] = [];
  for (const group of groups) {
    const [, height, width] = group.images.shape;
    const [, lastHeight, lastWidth] = runs.at(-1)?.[0]?.images.shape ?? [];
    if (height === lastHeight && width === lastWidth) runs.at(-1)?.push(group);
    else runs.push([group]);
  }
  return runs;
}

function concatenate<T extends tf.Tensor>(tensors: readonly T[]): T {
  const [only] = tensors;
  return tensors.length === 1 && only !== undefined ? only : (tf.concat([...tensors]) as T);
}
