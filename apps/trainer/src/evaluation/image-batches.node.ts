import { evaluationRecipe, type ImageSpec, type Normalization, type ViewBatch } from '@ssl/augment';
import type { ImageDataset } from '@ssl/data';
import { createWorkerViewLoader } from '@ssl/data/node';
import { defaultWorkers } from '../run/run-training.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';

/** Which images, and as what. */
export interface ImageBatchesOptions {
  readonly dataset: ImageDataset;
  /** Size that the network takes. */
  readonly image: ImageSpec;
  readonly normalization: Normalization;
  /** What they are for, as progress shows it: `features of the test images`. */
  readonly label: string;
}

const batchSize = 256;

/** All images of a data set in order, without augmentation, normalised as for training; shows progress. */
export async function* imageBatches(
  { dataset, image, normalization, label }: ImageBatchesOptions,
  terminal: Terminal,
): AsyncGenerator<ViewBatch> {
  const loader = createWorkerViewLoader({
    dataset,
    recipe: evaluationRecipe(image, normalization),
    batchSize,
    seed: 0,
    shuffle: false,
    dropLast: false,
    workers: defaultWorkers(),
  });
  const progress = terminal.progress();
  const start = performance.now();
  try {
    let done = 0;
    for await (const batch of loader.batches(0, loader.stepsPerEpoch)) {
      yield batch;
      done += batch.batchSize;
      const seconds = (performance.now() - start) / 1000;
      progress.update({
        label,
        done,
        total: dataset.length,
        figures: [`${Math.round(done / seconds)} images/s`],
        secondsLeft: ((dataset.length - done) * seconds) / done,
      });
    }
  } finally {
    terminal.endProgress();
    await loader.close();
  }
}
