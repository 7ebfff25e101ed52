import type { ImageSpec } from '@ssl/augment';
import { createInlineViewLoader, type ImageDataset } from '@ssl/data';
import type { AnyMethod, ExampleImages, MethodState } from '@ssl/losses';
import type { Settings } from '../config/settings.ts';
import { callHook } from './method-guard.ts';
import { recipeNormalization } from './recipe-normalization.ts';
import { disposeViews, toViews } from './view-tensors.ts';

/** What to show examples of. */
export interface DrawExamplesOptions {
  readonly method: AnyMethod;
  readonly state: MethodState;
  /** The method's options, with defaults. */
  readonly methodOptions: Settings;
  /** Images that the network takes. */
  readonly image: ImageSpec;
  readonly dataset: ImageDataset;
  /** Images to show at most; default 8. */
  readonly count?: number;
  /** Which ones, and their views; default 0. */
  readonly seed?: number;
}

/** A row of pictures, as a method's `examples` gave it. */
export interface ExampleRow {
  readonly name: string;
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[images, height, width, channels]`, in [0, 1]: normalisation taken back and clamped. */
  readonly pixels: Float32Array;
}

/**
 * The pictures by which a method shows what it does, of a few images of a data set with the method's own views.
 *
 * @returns nothing for a method that shows none, or an empty data set
 */
export async function drawExamples(options: DrawExamplesOptions): Promise<readonly ExampleRow[]> {
  const { method, state, methodOptions, image, dataset, count = 8, seed = 0 } = options;
  const batchSize = Math.min(count, dataset.length);
  if (method.examples === undefined || batchSize === 0) return [];
  const recipe = method.views(methodOptions, image);
  const { mean, std } = recipeNormalization(recipe, image.channels);
  const loader = createInlineViewLoader({ dataset, recipe, batchSize, seed });
  const rows: ExampleRow[] = [];
  for await (const batch of loader.batches(0, 1)) {
    const views = toViews(batch, method.usesLabels === true);
    try {
      const examples = callHook(method, 'examples', () => method.examples?.(state, views) ?? []);
      for (const example of examples) rows.push(await readRow(example, mean, std));
    } finally {
      disposeViews(views);
    }
  }
  await loader.close();
  return rows;
}

async function readRow(
  { name, images }: ExampleImages,
  mean: readonly number[],
  std: readonly number[],
): Promise<ExampleRow> {
  const [count, height, width, channels] = images.shape;
  const normalised = await images.data<'float32'>();
  images.dispose();
  const pixels = normalised.map((value, at) => {
    const channel = at % channels;
    return Math.min(1, Math.max(0, value * (std[channel] ?? 1) + (mean[channel] ?? 0)));
  });
  return { name, images: count, height, width, channels, pixels };
}
