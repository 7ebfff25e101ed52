import {
  allocateViewGroups,
  applyRecipe,
  writeViews,
  type ImageSpec,
  type RawImage,
  type ViewRecipe,
} from '@ssl/augment';
import {
  createBackbone,
  createStatisticsRecorder,
  disposeTrees,
  isHostBuffer,
  type BufferTree,
} from '@ssl/models';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type {
  AnyMethod,
  InitContext,
  LossOutput,
  MethodState,
  NamedTensors,
  Progress,
  StepContext,
  ViewGroup,
  Views,
} from '../method.ts';

/** What a method is tried on. */
export interface BenchSettings {
  readonly method: AnyMethod;
  /** Parsed options. */
  readonly options: unknown;
  readonly image: ImageSpec;
  readonly batchSize: number;
  readonly backbone: string;
  readonly width: number;
}

/** One step's gradients, and what the loss put out, as numbers. */
export interface StepResult {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Gradients by name of the variable in the engine, where it has one; the caller disposes them. */
  readonly gradients: tf.NamedTensorMap;
}

const datasetLength = 64;
const totalSteps = 12;

/** A method's state and a small training loop around it, without optimizer, data or run folder. */
export interface MethodBench {
  readonly state: MethodState;
  readonly recipe: ViewRecipe;
  /** The views of step `step`, the same ones at every call; the caller disposes them with `disposeViews`. */
  views(step: number): Views;
  /** The loss under the tape; `keepStatistics` false leaves the state as it is. */
  gradients(step: number, keepStatistics: boolean): StepResult;
  /** A whole step of plain gradient descent with the method's hooks; gives the loss. */
  train(step: number): Promise<number>;
  dispose(): void;
}

/** Builds a method's state from a seed, on a data set of noise. */
export function createMethodBench(settings: BenchSettings, seed: number): MethodBench {
  const { method, options, image, batchSize } = settings;
  const random = createRandom(seed, 'bench');
  const backbone = createBackbone(settings.backbone, {
    random: random.split('backbone'),
    image,
    width: settings.width,
  });
  const context: InitContext = {
    ...{ backbone, image, batchSize, totalSteps, totalEpochs: 3 },
    random: random.split('method'),
    dataset: { length: datasetLength, classes: 4 },
  };
  const state = method.init(context, options);
  const recipe = method.views(options, image);
  const views = (step: number): Views => makeViews(settings, recipe, indicesOf(step, batchSize));

  function gradients(step: number, keepStatistics: boolean): StepResult & { aux: NamedTensors } {
    const recorder = createStatisticsRecorder();
    const batch = views(step);
    let output: Omit<LossOutput, 'loss'> | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const { loss, ...others } = method.loss(state, batch, {
        ...progressAt(step, batchSize),
        forward: recorder.context,
      });
      tf.keep(others.features);
      if (others.projections) tf.keep(others.projections);
      for (const tensor of Object.values({ ...others.metrics, ...others.aux })) tf.keep(tensor);
      output = others;
      return loss;
    });
    const metrics = Object.entries(output?.metrics ?? {}).map(
      ([name, tensor]) => [name, numberOf(tensor)] as const,
    );
    const loss = numberOf(value);
    tf.dispose([value, ...(output ? [output.features, ...Object.values(output.metrics ?? {})] : [])]);
    output?.projections?.dispose();
    disposeViews(batch);
    if (keepStatistics) recorder.commit();
    else recorder.discard();
    return { loss, metrics: Object.fromEntries(metrics), gradients: grads, aux: output?.aux ?? {} };
  }

  return {
    state,
    recipe,
    views,
    gradients(step, keepStatistics) {
      const { aux, ...result } = gradients(step, keepStatistics);
      tf.dispose(Object.values(aux));
      return result;
    },
    async train(step) {
      const hookContext: StepContext = { ...progressAt(step, batchSize), sweep: () => sweep(settings) };
      await method.beforeStep?.(state, hookContext);
      const { loss, gradients: grads, aux } = gradients(step, true);
      for (const { variable } of state.trainable.values()) {
        const gradient = grads[variable.name];
        if (gradient) tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(gradient, 0.05))));
      }
      tf.dispose(grads);
      method.afterStep?.(state, hookContext, aux);
      tf.dispose(Object.values(aux));
      return loss;
    },
    dispose: () => disposeTrees(state.trainable, state.buffers),
  };
}

/** Frees the tensors of a batch of views. */
export function disposeViews({ groups, labels }: Views): void {
  for (const { images, targets } of Object.values(groups)) tf.dispose(targets ? [images, targets] : [images]);
  labels?.dispose();
}

/** Every value of a tree by name, copied, as plain numbers: comparable with equality. */
export function snapshot(tree: BufferTree): Map<string, readonly number[]> {
  return new Map(
    [...tree].map(([name, entry]) => [
      name,
      Array.from(
        isHostBuffer(entry) ? (entry.data as Iterable<number | bigint>) : entry.variable.dataSync(),
        Number,
      ),
    ]),
  );
}

function progressAt(step: number, batchSize: number): Omit<Progress, 'forward'> {
  return {
    ...{ step, totalSteps, epoch: Math.floor(step / 4), totalEpochs: 3, samples: step * batchSize },
    random: createRandom('progress', step),
  };
}

function indicesOf(step: number, batchSize: number): Int32Array {
  return Int32Array.from({ length: batchSize }, (_, place) => (step * batchSize + place) % datasetLength);
}

function noiseImage({ height, width, channels }: ImageSpec, index: number): RawImage {
  const random = createRandom('image', index);
  const data = Uint8Array.from({ length: height * width * channels }, () => random.integer(256));
  return { height, width, channels, data };
}

function makeViews(
  { method, image, batchSize }: BenchSettings,
  recipe: ViewRecipe,
  indices: Int32Array,
): Views {
  const arrays = allocateViewGroups(recipe, image, batchSize);
  for (const [position, index] of indices.entries()) {
    writeViews(arrays, position, applyRecipe(noiseImage(image, index), recipe, createRandom('views', index)));
  }
  const groups = Object.entries(arrays).map(([name, { count, height, width, channels, images, targets }]) => {
    const group: ViewGroup = {
      count,
      images: tf.tensor4d(images, [count * batchSize, height, width, channels]),
      ...(targets && { targets: tf.tensor1d(targets, 'int32') }),
    };
    return [name, group] as const;
  });
  const labels = method.usesLabels
    ? {
        labels: tf.tensor1d(
          indices.map((index) => index % 4),
          'int32',
        ),
      }
    : {};
  return { batchSize, indices, groups: Object.fromEntries(groups), ...labels };
}

async function* sweep({ image, batchSize }: BenchSettings): ReturnType<StepContext['sweep']> {
  const { height, width, channels } = image;
  for (let start = 0; start < datasetLength; start += batchSize) {
    const size = Math.min(batchSize, datasetLength - start);
    const indices = Int32Array.from({ length: size }, (_, place) => start + place);
    const samples = [...indices].flatMap((index) => [...noiseImage(image, index).data]);
    const images = tf.tidy(
      () => tf.div(tf.tensor4d(samples, [size, height, width, channels]), 255) as tf.Tensor4D,
    );
    yield { indices, images };
    images.dispose();
  }
}

function numberOf(scalar: tf.Tensor): number {
  return scalar.dataSync()[0] as number;
}
