import { evaluationRecipe, type InputSpec, type ViewBatch } from '@ssl/augment';
import { oneStream, type Dataset } from '@ssl/data';
import { defaultWorkers, loaderFactory } from '../run/run-training.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';

/** Which samples, and as what. */
export interface SampleBatchesOptions {
  readonly dataset: Dataset;
  /** What the network takes. */
  readonly input: InputSpec;
  /** What they are for, as progress shows it: `features of the test samples`. */
  readonly label: string;
}

const batchSize = 256;

/** All samples of a data set in order, without augmentation, normalised as for training; shows progress. */
export async function* sampleBatches(
  { dataset, input, label }: SampleBatchesOptions,
  terminal: Terminal,
): AsyncGenerator<ViewBatch> {
  const loader = loaderFactory(defaultWorkers())({
    ...{ dataset, input, recipe: evaluationRecipe(input), streams: oneStream(batchSize) },
    ...{ seed: 0, shuffle: false, dropLast: false },
  });
  const progress = terminal.progress();
  const start = performance.now();
  try {
    let done = 0;
    for await (const batch of loader.batches(0, loader.stepsPerEpoch)) {
      yield batch;
      done += Object.values(batch.streams)[0]?.size ?? 0;
      const seconds = (performance.now() - start) / 1000;
      progress.update({
        label,
        done,
        total: dataset.length,
        figures: [`${Math.round(done / seconds)} samples/s`],
        secondsLeft: ((dataset.length - done) * seconds) / done,
      });
    }
  } finally {
    terminal.endProgress();
    await loader.close();
  }
}
