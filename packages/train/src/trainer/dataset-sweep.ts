import { evaluationGroup, evaluationRecipe, type InputSpec, type ViewBatch } from '@ssl/augment';
import { oneStream, type Dataset, type ViewLoader, type ViewLoaderOptions } from '@ssl/data';
import type { SweepStep } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';

/** The whole data set as tensors: `SweepStep.sweep`. */
export type SampleSweep = SweepStep['sweep'];

/** What to sweep over. */
export interface SweepOptions {
  readonly dataset: Dataset;
  /** What the network takes. */
  readonly input: InputSpec;
  readonly batchSize: number;
  readonly createLoader: (options: ViewLoaderOptions) => ViewLoader;
}

/** The whole data set in order, without augmentation: `Trainer.batches`. */
export async function* evaluationBatches(options: SweepOptions): AsyncGenerator<ViewBatch> {
  const { dataset, input, batchSize, createLoader } = options;
  const loader = createLoader({
    ...{ dataset, input, recipe: evaluationRecipe(input), streams: oneStream(batchSize) },
    ...{ seed: 0, shuffle: false, dropLast: false },
  });
  try {
    yield* loader.batches(0, loader.stepsPerEpoch);
  } finally {
    await loader.close();
  }
}

/** The same as tensors. */
export async function* sweepDataset(
  options: SweepOptions,
): AsyncGenerator<{ readonly indices: Int32Array; readonly inputs: tf.Tensor }> {
  for await (const { streams, groups } of evaluationBatches(options)) {
    const { shape, inputs } = groups[evaluationGroup] as (typeof groups)[string];
    const { indices, size } = Object.values(streams)[0] as (typeof streams)[string];
    const tensor = tf.tensor(inputs, [size, ...shape], options.input.dtype);
    try {
      yield { indices, inputs: tensor };
    } finally {
      tensor.dispose();
    }
  }
}
