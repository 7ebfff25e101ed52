import { UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { truncatedNormal02, type Initializer } from '../initializers.ts';
import { createAttention, type AttentionInput } from '../layers/attention.ts';
import { contextOf, dropPath } from '../layers/drop-path.ts';
import { createLayerNorm } from '../layers/layer-norm.ts';
import { createMlp } from '../layers/mlp.ts';
import type { ForwardContext, Module } from '../module.ts';
import { treesOf } from '../parameter-tree.ts';

/** What a transformer block is made of. */
export interface TransformerBlockOptions {
  readonly dim: number;
  /** Attention heads; must divide `dim`. */
  readonly heads: number;
  /** Width of the MLP, times `dim`; default 4. */
  readonly mlpRatio?: number;
  /** Whether queries, keys and values have a bias; default true. */
  readonly qkvBias?: boolean;
  /** Probability of skipping each of the two branches of a sample in training, [0, 1); default 0. */
  readonly dropPath?: number;
  /** Of the layer norms; default 1e-6. */
  readonly epsilon?: number;
  readonly random: Random;
  /** How the linear weights start; default normal with deviation 0.02, as in timm. Biases start at 0. */
  readonly initializer?: Initializer;
}

/** What a transformer block looks at, and what it shows. */
export interface TransformerBlockInput extends AttentionInput {
  /** Gets the hidden units of the block's MLP, `[batch, tokens, hidden]`, which lives as long as the result. */
  readonly onHidden?: ((units: tf.Tensor3D) => void) | undefined;
}

/** A transformer block on `[batch, tokens, dim]`. */
export interface TransformerBlock extends Module<tf.Tensor3D, tf.Tensor3D> {
  forward(x: tf.Tensor3D, context: ForwardContext, input?: TransformerBlockInput): tf.Tensor3D;
}

/**
 * A pre-norm transformer block, as timm 1.0's `Block`: `x + attn(norm1(x))`, then `x + mlp(norm2(x))`. Parameters
 * `norm1`, `attn.qkv`, `attn.proj`, `norm2`, `mlp.fc1` and `mlp.fc2`, each with `.weight` and `.bias`.
 *
 * @throws UserError if `dropPath` is not in [0, 1)
 */
export function createTransformerBlock(options: TransformerBlockOptions): TransformerBlock {
  const { dim, heads, mlpRatio = 4, qkvBias = true, epsilon = 1e-6, random } = options;
  const { dropPath: rate = 0, initializer = truncatedNormal02 } = options;
  if (!(rate >= 0 && rate < 1)) {
    throw new UserError(`transformer block: dropPath must be from 0 to below 1, got ${rate}`);
  }
  const norm1 = createLayerNorm({ dim, epsilon });
  const attn = createAttention({ dim, heads, qkvBias, random: random.split('attn'), initializer });
  const norm2 = createLayerNorm({ dim, epsilon });
  const hiddenDim = Math.round(dim * mlpRatio);
  const mlp = createMlp({ dim, hiddenDim, random: random.split('mlp'), initializer });
  return {
    ...treesOf({ norm1, attn, norm2, mlp }),
    forward(x, context, input) {
      const attended = attn.forward(norm1.forward(x, context), context, input);
      const inner = tf.add<tf.Tensor3D>(x, dropPath(attended, rate, contextOf(context, 'drop_path1')));
      const units = mlp.hidden(norm2.forward(inner, context), context);
      input?.onHidden?.(units as tf.Tensor3D);
      const processed = mlp.output(units, context);
      return tf.add<tf.Tensor3D>(inner, dropPath(processed, rate, contextOf(context, 'drop_path2')));
    },
  };
}

/** A stack of transformer blocks. */
export interface TransformerBlocksOptions extends TransformerBlockOptions {
  readonly depth: number;
}

/**
 * Blocks one after the other, named `0`, `1`, …. The rate of drop path rises linearly from 0 in the first to
 * `dropPath` in the last, as in timm.
 */
export function createTransformerBlocks(options: TransformerBlocksOptions): TransformerBlock {
  const { depth, dropPath: last = 0, random } = options;
  const blocks = Array.from({ length: depth }, (_, index) =>
    createTransformerBlock({
      ...options,
      dropPath: depth > 1 ? (last * index) / (depth - 1) : 0,
      random: random.split(String(index)),
    }),
  );
  return {
    ...treesOf(Object.fromEntries(blocks.entries())),
    forward(x, context, input) {
      let tokens = x;
      for (const [index, block] of blocks.entries()) {
        tokens = block.forward(tokens, contextOf(context, String(index)), input);
      }
      return tokens;
    },
  };
}
