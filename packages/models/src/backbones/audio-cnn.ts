import { describeShape, imageSpecOf, type InputSpec } from '@ssl/augment';
import { UserError } from '@ssl/errors';
import { createRandom, type Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Backbone } from '../backbone.ts';
import { createBatchNorm, type BatchNorm } from '../batch-norm.ts';
import { createConvolution } from '../convolution.ts';
import { uniformFanIn, zeros, type Initializer } from '../initializers.ts';
import { createLinear } from '../linear.ts';
import type { ForwardContext, Module } from '../module.ts';
import { copyTree, treesOf } from '../parameter-tree.ts';
import type { AnyBackboneKind } from './backbone-kind.ts';

const optionsSchema = z.strictObject({
  width: z.int().min(1).default(32).describe('channels of each convolution (paper: 64)'),
  featureDim: z
    .int()
    .min(1)
    .default(512)
    .describe('units of the last linear layer: the length of a feature, of each piece (paper: 2048)'),
  hiddenDim: z
    .int()
    .min(1)
    .optional()
    .describe('units of the first linear layer; default: as many as of the last'),
  linearNorm: z
    .boolean()
    .default(false)
    .describe('batch norm after each linear layer, which keeps small layers alive (paper: none)'),
  pieces: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'parts of the time that have features of their own, which keeps the order of sounds (paper: 1)',
    ),
});

type AudioCnnOptions = z.output<typeof optionsSchema>;

/** Blocks of convolution and pooling; each halves the bands and the frames. */
const blockCount = 3;
const smallestSide = 2 ** blockCount;

/**
 * The encoder of BYOL-A (Niizumi et al., IJCNN 2021, section III-C; `AudioNTT2020` in nttcslab/byol-a at 3e65c92) for
 * spectrograms `[frequency, time, channels]`: three blocks of 3×3 convolution, batch norm, ReLU and 2×2 max-pool, then
 * two linear layers with ReLU on all frequencies of each frame. The features are the sum of their maximum and their
 * mean over time. Unlike a network that averages over both axes, it keeps apart what happens at different frequencies.
 *
 * With `pieces`, time is cut into so many parts, each with a maximum and a mean of its own: the features then tell in
 * which order sounds come, which words of whole recordings need.
 *
 * It differs from the original in its default size, has no dropout between the linear layers, and leaves out the
 * biases of convolutions, which batch norm removes. Parameters have the original's names: `features.0.weight`, …,
 * `fc.0.weight`, `fc.3.weight`; with `linearNorm` there are `fc.0.norm` and `fc.3.norm` besides. The number of frames
 * may vary between calls; the number of bands may not.
 */
export const audioCnn: AnyBackboneKind = {
  name: 'audio-cnn',
  description: 'BYOL-A’s encoder of spectrograms: three convolutions, then linear layers on each frame',
  options: optionsSchema as unknown as AnyBackboneKind['options'],
  // Methods that train on the map alone would leave the linear layers without a gradient.
  offers: [],
  needs: (input) => (isSpectrogram(input) ? undefined : 'spectrograms [frequency, time, channels]'),
  create: (input, options, random) => createAudioCnn(input, options as AudioCnnOptions, random),
};

/** Whether inputs are spectrograms: then they say with which settings they were made. */
function isSpectrogram({ shape, dtype, spectrogram }: InputSpec): boolean {
  return shape.length === 3 && dtype === 'float32' && typeof spectrogram === 'object' && spectrogram !== null;
}

interface LinearBlock {
  readonly name: string;
  readonly linear: Module<tf.Tensor2D, tf.Tensor2D>;
  readonly norm?: BatchNorm;
}

function createAudioCnn(
  input: InputSpec,
  options: AudioCnnOptions,
  random: Random,
  initializer: Initializer = uniformFanIn,
): Backbone {
  const { width, featureDim, hiddenDim = featureDim, linearNorm, pieces } = options;
  const { height: bands, width: frames, channels } = imageSpecOf(input);
  assertLargeEnough(bands, frames, pieces);
  const blocks = createBlocks(channels, width, random, initializer);
  const rows = Math.floor(bands / smallestSide);
  const linear = (name: string, inDim: number, outDim: number): LinearBlock => ({
    name,
    linear: createLinear({ inDim, outDim, random: random.split(name), initializer }),
    ...(linearNorm && { norm: createBatchNorm({ channels: outDim }) }),
  });
  const linears = [linear('fc.0', width * rows, hiddenDim), linear('fc.3', hiddenDim, featureDim)];

  function map(x: tf.Tensor, context: ForwardContext): tf.Tensor4D {
    const [, height = 0, columns = 0, depth] = x.shape;
    if (x.rank !== 4 || height !== bands || depth !== channels) {
      throw new Error(
        `audio-cnn: expected spectrograms [batch,${bands},time,${channels}], got ${describeShape(x.shape)}`,
      );
    }
    assertLargeEnough(height, columns, pieces);
    let y = x as tf.Tensor4D;
    for (const { convolution, norm } of blocks) {
      const activated = norm.forward(convolution.forward(y, context), context, { activation: 'relu' });
      y = tf.maxPool(activated, 2, 2, 'valid');
    }
    return y;
  }

  function pool(y: tf.Tensor4D, context: ForwardContext): tf.Tensor2D {
    const [batch, , steps] = y.shape;
    const byTime = tf.reshape<tf.Rank.R2>(tf.transpose(y, [0, 2, 1, 3]), [batch * steps, width * rows]);
    let encoded = byTime;
    for (const { linear, norm } of linears) {
      const y = linear.forward(encoded, context);
      encoded = norm?.forward(y, context, { activation: 'relu' }) ?? tf.relu(y);
    }
    const sequence = tf.reshape<tf.Rank.R3>(encoded, [batch, steps, featureDim]);
    const pooled = piecesOf(sequence, pieces).map((piece) =>
      tf.add<tf.Tensor2D>(tf.max(piece, 1), tf.mean(piece, 1)),
    );
    return pooled.length === 1 ? (pooled[0] as tf.Tensor2D) : tf.concat2d(pooled, 1);
  }

  const parts = blocks.flatMap(({ convolution, norm }, index) => [
    [`features.${4 * index}`, convolution] as const,
    [`features.${4 * index + 1}`, norm] as const,
  ]);
  const linearParts = linears.flatMap(({ name, linear, norm }) => [
    [name, linear] as const,
    ...(norm ? [[`${name}.norm`, norm] as const] : []),
  ]);
  const backbone: Backbone = {
    name: 'audio-cnn',
    settings: { name: 'audio-cnn', options: { ...options }, input },
    featureDim: featureDim * pieces,
    ...treesOf(Object.fromEntries([...parts, ...linearParts])),
    features: (x, context) => pool(map(x, context), context),
    clone() {
      const copy = createAudioCnn(input, options, createRandom(0), zeros);
      copyTree(backbone.parameters, copy.parameters);
      copyTree(backbone.buffers, copy.buffers);
      return copy;
    },
  };
  return backbone;
}

function createBlocks(channels: number, width: number, random: Random, initializer: Initializer) {
  return Array.from({ length: blockCount }, (_, index) => ({
    convolution: createConvolution({
      inChannels: index === 0 ? channels : width,
      outChannels: width,
      kernelSize: 3,
      padding: 1,
      random: random.split('features', index),
      initializer,
    }),
    norm: createBatchNorm({ channels: width }),
  }));
}

/** `[batch, steps, dim]` cut into so many pieces along its steps, as even as can be. */
function piecesOf(sequence: tf.Tensor3D, count: number): readonly tf.Tensor3D[] {
  if (count === 1) return [sequence];
  const [, steps] = sequence.shape;
  const bounds = Array.from({ length: count + 1 }, (_, index) => Math.floor((index * steps) / count));
  const sizes = bounds.slice(1).map((bound, index) => bound - (bounds[index] as number));
  return tf.split(sequence, sizes, 1);
}

function assertLargeEnough(bands: number, frames: number, pieces: number): void {
  if (frames < smallestSide * pieces && pieces > 1) {
    throw new UserError(
      `audio-cnn needs at least ${smallestSide * pieces} frames for ${pieces} pieces, got ${frames}; use longer inputs ` +
        '(input.frames, input.seconds) or fewer pieces (backbone.pieces)',
    );
  }
  if (Math.min(bands, frames) >= smallestSide) return;
  throw new UserError(
    `audio-cnn needs spectrograms of at least ${smallestSide} bands and ${smallestSide} frames, got ` +
      `${bands}×${frames}; use longer segments (input.seconds) or more bands (input.melBands)`,
  );
}
