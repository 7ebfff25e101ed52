import type { TransformSpec } from './transform.ts';

/**
 * Which views of a sample a method wants, as plain JSON: it is saved in the run's config, sent to workers, and
 * drawn by the viewer. `(sample, recipe, input, random) → views` is a pure function (`applyRecipe`). Normalisation is
 * no part of it: it belongs to the input spec, and comes last.
 */
export interface ViewRecipe {
  /**
   * Chains of transforms by name, each applied once per sample with one random draw; the views of all groups that name
   * a chain start from its result. Rotation shares its crop this way, and a denoising autoencoder the crop of input
   * and target.
   */
  readonly shared?: Readonly<Record<string, readonly TransformSpec[]>> | undefined;
  /** The groups of views, each by its name; views of one group all have the same size. */
  readonly groups: Readonly<Record<string, ViewGroupSpec>>;
}

/** Views of one kind: `count` of them per sample, each with random draws of its own. */
export interface ViewGroupSpec {
  /** The stream whose samples they are views of; default: the method's first. */
  readonly stream?: string | undefined;
  /** The chain of `shared` that they start from; default: the sample itself. */
  readonly shared?: string | undefined;
  /** Views per sample, ≥ 1. */
  readonly count: number;
  /** Applied in order. Some give the view targets, such as `oneOf` with `target: true`. */
  readonly transforms: readonly TransformSpec[];
}
