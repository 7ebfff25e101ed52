import type { TransformSpec } from './transform-spec.ts';

/**
 * Which views of an image a method wants, as plain JSON: it is saved in the run's config, sent to workers, and
 * drawn by the viewer. `(image, recipe, random) → views` is a pure function (`applyRecipe`).
 */
export interface ViewRecipe {
  /**
   * Applied once per image with one random draw; every view starts from its result. Rotation shares its crop
   * this way, and a denoising autoencoder the crop of input and target.
   */
  readonly shared?: readonly TransformSpec[] | undefined;
  /** The groups of views, each by its name; views of one group all have the same size. */
  readonly groups: Readonly<Record<string, ViewGroupSpec>>;
}

/** Views of one kind: `count` of them per image, each with random draws of its own. */
export interface ViewGroupSpec {
  /** Views per image, ≥ 1. */
  readonly count: number;
  /**
   * Applied in order. A `oneOf` with `target: true` among them makes the group's `targets`: the index of the
   * choice that was taken, which is the label of a pretext task such as rotation.
   */
  readonly transforms: readonly TransformSpec[];
}
