import { createGeneratedShapes } from '@ssl/data';
import { getMethod } from '@ssl/losses';
import { createTrainer } from '@ssl/train';

/** How large a training to try. */
export interface TrainShapesOptions {
  /** Default 20. */
  readonly steps?: number;
  /** Images in a step; default 32. */
  readonly batchSize?: number;
  /** Channels of the network's first stage; default 8. */
  readonly width?: number;
  /** Where all chance comes from; default 0. */
  readonly seed?: number;
}

/** A step that was done. */
export interface TrainedStep {
  /** From 1 on. */
  readonly step: number;
  readonly loss: number;
  /** Since the step before, its views and the time to tell of it included. */
  readonly milliseconds: number;
}

/** The sizes that are trained, defaults filled in. */
export function trainingSizes({
  steps = 20,
  batchSize = 32,
  width = 8,
  seed = 0,
}: TrainShapesOptions): Required<TrainShapesOptions> {
  return { steps, batchSize, width, seed };
}

/**
 * Trains Self-Classifier with a small ResNet on generated shapes of 32×32 pixels, on the backend in use. The same
 * numbers in Node and in a browser.
 */
export async function trainShapes(
  options: TrainShapesOptions,
  onStep: (step: TrainedStep) => void,
): Promise<void> {
  const { steps, batchSize, width, seed } = trainingSizes(options);
  const trainer = await createTrainer({
    method: getMethod('self-classifier'),
    dataset: createGeneratedShapes({ seed, length: steps * batchSize }),
    config: {
      backbone: { name: 'resnet-tiny', width },
      methodOptions: { classes: [10, 20], hiddenDim: 64, outDim: 32 },
      augmentation: 'cifar10-small',
      normalization: 'cifar10',
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
      schedule: { name: 'cosine', warmupEpochs: 0 },
      epochs: 1,
      batchSize,
      seed,
    },
  });
  try {
    let before = performance.now();
    await trainer.run({
      onEvent: (event) => {
        if (event.type !== 'step') return;
        const now = performance.now();
        onStep({ step: event.step, loss: event.loss, milliseconds: now - before });
        before = now;
      },
    });
  } finally {
    trainer.dispose();
  }
}
