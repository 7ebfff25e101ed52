import { getModality, type Preview } from '@ssl/augment';
import { createInlineViewLoader, type Dataset } from '@ssl/data';
import type { ExampleRow } from '@ssl/losses';
import type { Run } from '../plan/create-run.ts';
import { streamPlans } from '../plan/run-plan.ts';
import { callHook } from './method-guard.ts';
import { disposeViews, toViews } from './view-tensors.ts';

/** What to show examples of. */
export interface DrawExamplesOptions {
  readonly run: Run;
  readonly dataset: Dataset;
  /** Samples to show at most; default 8. */
  readonly count?: number;
  /** Which ones, and their views; default 0. */
  readonly seed?: number;
}

/** A row of examples, as a method's `examples` gave it. */
export interface ExamplePreviews {
  readonly name: string;
  /** One of each sample. */
  readonly previews: readonly Preview[];
}

/**
 * The examples by which a method shows what it does, of a few samples of a data set with the method's own views.
 *
 * @returns nothing for a method that shows none, or an empty data set
 */
export async function drawExamples(options: DrawExamplesOptions): Promise<readonly ExamplePreviews[]> {
  const { run, dataset, count = 8, seed = 0 } = options;
  const { method, plan, state } = run;
  const { input, recipe, config } = plan;
  if (method.examples === undefined || dataset.length === 0) return [];
  const streams = streamPlans(plan, dataset).map((stream) => ({
    ...stream,
    batchSize: Math.min(count, stream.indices?.length ?? dataset.length),
  }));
  const loader = createInlineViewLoader({ dataset, input, recipe, streams, seed });
  const rows: ExamplePreviews[] = [];
  for await (const batch of loader.batches(0, 1)) {
    const views = toViews(batch, method.usesLabels === true);
    try {
      const at = { options: config.methodOptions, input };
      const examples = callHook(method, 'examples', () => method.examples?.(state, views, at) ?? []);
      for (const example of examples) rows.push(await previewRow(example, run));
    } finally {
      disposeViews(views);
    }
  }
  await loader.close();
  return rows;
}

async function previewRow({ name, inputs }: ExampleRow, { plan: { input } }: Run): Promise<ExamplePreviews> {
  const modality = getModality(input.modality);
  const [count = 0, ...shape] = inputs.shape;
  const values = (await inputs.data()) as Float32Array | Int32Array;
  inputs.dispose();
  const size = values.length / Math.max(1, count);
  return {
    name,
    previews: Array.from({ length: count }, (_, index) =>
      modality.previewView(values.subarray(index * size, (index + 1) * size), shape, input),
    ),
  };
}
