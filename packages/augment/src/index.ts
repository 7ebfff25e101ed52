export type { FloatImage, ImageSpec, RawImage } from './image.ts';
export type { Interpolation, TransformSpec } from './transform-spec.ts';
export type { ViewBatch, ViewGroupBatch, ViewGroupSpec, ViewRecipe } from './view-recipe.ts';
