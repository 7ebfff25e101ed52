import { imageSpecOf } from '@ssl/augment';
import {
  createBatchNorm,
  createConvolution,
  createLinear,
  kaimingNormalFanOut,
  requireMap,
  treesOf,
} from '@ssl/models';
import type { Backbone, ForwardContext, Module } from '@ssl/models';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';

/** What a decoder is made of. */
export interface DecoderOptions {
  readonly backbone: Backbone;
  /** What it starts from: the pooled features alone, or the map before pooling, which still knows places. */
  readonly from: 'features' | 'map';
  /** Channels of its maps, ≥ 1. */
  readonly width: number;
  readonly random: Random;
}

/** A network from a backbone's last feature map, `[batch, h, w, featureDim]`, back to its images. */
export interface Decoder extends Module<tf.Tensor4D, tf.Tensor4D> {
  /**
   * @param map `[batch, h, w, featureDim]`; with `from: 'features'` only its mean over places is used
   * @returns images of the backbone's input size, normalised as those were
   */
  forward(map: tf.Tensor4D, context: ForwardContext): tf.Tensor4D;
}

/**
 * A decoder of 3×3 convolutions that doubles the map's sides until the image's are reached, by sub-pixel convolution
 * (Shi et al., CVPR 2016), with batch norm and ReLU between; what goes over the image's size is cut off.
 */
export function createDecoder({ backbone, from, width, random }: DecoderOptions): Decoder {
  const image = imageSpecOf(backbone.settings.input);
  const [, rows, columns, depth] = mapShape(backbone);
  const doublings = Math.ceil(Math.log2(Math.max(image.height / rows, image.width / columns)));
  const spread =
    from === 'features'
      ? createLinear({ inDim: depth, outDim: rows * columns * width, random: random.split('spread') })
      : undefined;
  const stages = Array.from({ length: doublings + 1 }, (_, index) => {
    const isLast = index === doublings;
    // The first convolution keeps the size; every other doubles it: four times the channels, shuffled.
    const growth = index === 0 ? 1 : 4;
    const outChannels = isLast ? image.channels : width;
    const convolution = createConvolution({
      inChannels: index === 0 && !spread ? depth : width,
      outChannels: growth * outChannels,
      ...{ kernelSize: 3, padding: 1, initializer: kaimingNormalFanOut },
      random: random.split('stage', index),
    });
    return { convolution, norm: isLast ? undefined : createBatchNorm({ channels: outChannels }), growth };
  });
  const parts = stages.flatMap(({ convolution, norm }, index) => [
    [`stage${index}.conv`, convolution] as const,
    ...(norm ? [[`stage${index}.norm`, norm] as const] : []),
  ]);

  return {
    ...treesOf({ ...(spread && { spread }), ...Object.fromEntries(parts) }),
    forward(map, context) {
      const [batch] = map.shape;
      let x = map;
      if (spread) {
        const features = tf.mean(map, [1, 2]) as tf.Tensor2D;
        x = tf.reshape(spread.forward(features, context), [batch, rows, columns, width]);
      }
      for (const { convolution, norm, growth } of stages) {
        x = convolution.forward(x, context);
        if (growth > 1) x = shufflePixels(x);
        if (norm) x = norm.forward(x, context, { activation: 'relu' });
      }
      const [, height, across] = x.shape;
      if (height === image.height && across === image.width) return x;
      return tf.slice(x, [0, 0, 0, 0], [batch, image.height, image.width, image.channels]);
    },
  };
}

/** `[batch, h, w, 4 c]` → `[batch, 2h, 2w, c]`: four neighbours from four channels (PyTorch's `PixelShuffle(2)`). */
function shufflePixels(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const kept = channels / 4;
  const blocks = tf.transpose(tf.reshape(x, [batch, height, width, 2, 2 * kept]), [0, 1, 3, 2, 4]);
  return tf.reshape(blocks, [batch, 2 * height, 2 * width, kept]);
}

function mapShape(backbone: Backbone): [number, number, number, number] {
  const { map } = requireMap('the decoder', backbone);
  const { shape } = backbone.settings.input;
  return tf.tidy(() => map(tf.zeros([1, ...shape]), { training: false }).shape);
}
