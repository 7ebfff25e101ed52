import { imageSpecOf, type InputSpec } from '@ssl/augment';
import { globalAveragePool } from '@ssl/backend';
import { UserError } from '@ssl/errors';
import { createRandom, type Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Backbone } from '../backbone.ts';
import { createBatchNorm } from '../batch-norm.ts';
import { createConvolution } from '../convolution.ts';
import { kaimingNormalFanOut, uniformFanIn, zeros, type Initializer } from '../initializers.ts';
import type { ForwardContext, Module } from '../module.ts';
import { copyTree, treesOf } from '../parameter-tree.ts';
import { basicBlock, bottleneckBlock, type ResidualBlockKind } from '../residual-block.ts';
import type { AnyBackboneKind } from './backbone-kind.ts';

/** What distinguishes the members of the family. */
export interface ResnetVariant {
  readonly name: string;
  readonly block: ResidualBlockKind;
  /** Blocks of each stage; every stage but the first halves the image, and has twice the width. */
  readonly stages: readonly number[];
  readonly defaultWidth: number;
  /** The stem where none is asked for; `auto`: the CIFAR stem for images below 64 pixels. */
  readonly defaultStem: Stem | 'auto';
}

type Stem = 'imagenet' | 'cifar';

const optionsSchema = z.strictObject({
  width: z
    .int()
    .min(1)
    .optional()
    .describe('channels of the first stage; default: 16 for resnet-tiny, 64 for the others'),
  stem: z
    .enum(['imagenet', 'cifar'])
    .optional()
    .describe('first layers; default: cifar for resnet-tiny and for images below 64 pixels, else imagenet'),
  initialization: z
    .enum(['torchvision', 'pytorch'])
    .default('torchvision')
    .describe('how convolutions start: as torchvision’s ResNets, or as any PyTorch convolution'),
});

/** What a ResNet is built with. */
export interface ResnetSettings {
  /** Channels of the first stage; later stages double it. */
  readonly width: number;
  /** `imagenet`: 7×7 convolution with stride 2, then max-pool; `cifar`: 3×3 with stride 1. */
  readonly stem: Stem;
  /**
   * How convolutions start: as torchvision's ResNets (normal, variance 2 / fan out), or as any PyTorch convolution
   * (uniform in ±1/√fan in).
   */
  readonly initialization: 'torchvision' | 'pytorch';
  readonly input: InputSpec;
}

const variants: readonly ResnetVariant[] = [
  { name: 'resnet-tiny', block: basicBlock, stages: [1, 1, 1], defaultWidth: 16, defaultStem: 'cifar' },
  { name: 'resnet18', block: basicBlock, stages: [2, 2, 2, 2], defaultWidth: 64, defaultStem: 'auto' },
  { name: 'resnet34', block: basicBlock, stages: [3, 4, 6, 3], defaultWidth: 64, defaultStem: 'auto' },
  { name: 'resnet50', block: bottleneckBlock, stages: [3, 4, 6, 3], defaultWidth: 64, defaultStem: 'auto' },
];

const initializers: Readonly<Record<ResnetSettings['initialization'], Initializer>> = {
  torchvision: kaimingNormalFanOut,
  pytorch: uniformFanIn,
};

/**
 * The ResNet family (He et al., CVPR 2016) as in torchvision 0.29 — names, padding, stride of the bottleneck in
 * its 3×3 convolution — without `fc`, and with two stems: `imagenet` (7×7, stride 2, max-pool) and `cifar`
 * (3×3, stride 1, no max-pool: the paper's own for CIFAR). `resnet-tiny` has three stages of one basic block.
 */
export const resnets: readonly AnyBackboneKind[] = variants.map((variant) => ({
  name: variant.name,
  description: `${variant.stages.reduce((sum, blocks) => sum + blocks, 0)} residual blocks in ${variant.stages.length} stages`,
  options: optionsSchema as unknown as AnyBackboneKind['options'],
  offers: ['map'],
  needs: ({ shape, dtype }) =>
    shape.length === 3 && dtype === 'float32'
      ? undefined
      : 'inputs [height, width, channels], such as images',
  create: (input, options, random) =>
    createResnet(variant, settle(variant, input, options as z.output<typeof optionsSchema>), random),
}));

function settle(
  variant: ResnetVariant,
  input: InputSpec,
  options: z.output<typeof optionsSchema>,
): ResnetSettings {
  const { width = variant.defaultWidth, initialization } = options;
  const { height, width: columns } = imageSpecOf(input);
  const small = Math.min(height, columns) < 64;
  const fitting = variant.defaultStem === 'auto' ? (small ? 'cifar' : 'imagenet') : variant.defaultStem;
  return { width, stem: options.stem ?? fitting, initialization, input };
}

/** A ResNet of any blocks and stages. `initializer` overrules the settings' own. */
export function createResnet(
  variant: ResnetVariant,
  settings: ResnetSettings,
  random: Random,
  initializer = initializers[settings.initialization],
): Backbone {
  const { name } = variant;
  const { width, stem: stemName, initialization, input } = settings;
  const image = imageSpecOf(input);
  const smallest = 2 ** (variant.stages.length - 1 + (settings.stem === 'imagenet' ? 2 : 0));
  assertLargeEnough(image.height, image.width);
  const stem = createStem(settings, random, initializer);
  const stages = createStages(variant, width, random, initializer);
  const featureDim = width * 2 ** (variant.stages.length - 1) * variant.block.expansion;

  function assertLargeEnough(height: number, imageWidth: number): void {
    if (Math.min(height, imageWidth) >= smallest) return;
    throw new UserError(
      `${name} with the ${settings.stem} stem needs images of at least ${smallest}×${smallest} pixels, got ` +
        `${height}×${imageWidth}; use larger images` +
        (settings.stem === 'imagenet' ? ', or the stem "cifar"' : ''),
    );
  }

  function map(x: tf.Tensor, context: ForwardContext): tf.Tensor4D {
    const [, height = 0, imageWidth = 0, channels] = x.shape;
    if (x.rank !== 4 || channels !== image.channels) {
      throw new Error(
        `${name}: expected images [batch,height,width,${image.channels}], got [${x.shape.join(',')}]`,
      );
    }
    assertLargeEnough(height, imageWidth);
    let y = stem.forward(x as tf.Tensor4D, context);
    for (const block of Object.values(stages)) y = block.forward(y, context);
    return y;
  }

  const backbone: Backbone = {
    name,
    settings: { name, options: { width, stem: stemName, initialization }, input },
    featureDim,
    ...treesOf({ '': stem, ...stages }),
    map,
    poolMap: globalAveragePool,
    features: (x, context) => globalAveragePool(map(x, context)),
    clone() {
      const copy = createResnet(variant, settings, createRandom(0), zeros);
      copyTree(backbone.parameters, copy.parameters);
      copyTree(backbone.buffers, copy.buffers);
      return copy;
    },
  };
  return backbone;
}

function createStem(
  { stem, width, input }: ResnetSettings,
  random: Random,
  initializer: Initializer,
): Module<tf.Tensor4D, tf.Tensor4D> {
  const large = stem === 'imagenet';
  const conv1 = createConvolution({
    inChannels: imageSpecOf(input).channels,
    outChannels: width,
    kernelSize: large ? 7 : 3,
    stride: large ? 2 : 1,
    padding: large ? 3 : 1,
    random: random.split('conv1'),
    initializer,
  });
  const bn1 = createBatchNorm({ channels: width });
  return {
    ...treesOf({ conv1, bn1 }),
    forward(x, context) {
      const map = bn1.forward(conv1.forward(x, context), context, { activation: 'relu' });
      return large ? tf.maxPool(map, 3, 2, 1) : map;
    },
  };
}

/** The blocks of all stages in order, by torchvision's names: `layer1.0`, `layer1.1`, …, `layer2.0`, … */
function createStages(
  { block, stages }: ResnetVariant,
  firstWidth: number,
  random: Random,
  initializer: Initializer,
): Readonly<Record<string, Module<tf.Tensor4D, tf.Tensor4D>>> {
  const blocks: Record<string, Module<tf.Tensor4D, tf.Tensor4D>> = {};
  let inChannels = firstWidth;
  for (const [stage, count] of stages.entries()) {
    const width = firstWidth * 2 ** stage;
    for (let index = 0; index < count; index++) {
      const name = `layer${stage + 1}.${index}`;
      const stride = stage > 0 && index === 0 ? 2 : 1;
      blocks[name] = block.create({ inChannels, width, stride, random: random.split(name), initializer });
      inChannels = width * block.expansion;
    }
  }
  return blocks;
}
