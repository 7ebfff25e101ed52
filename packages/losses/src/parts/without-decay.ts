/** Tables of a transformer that are no weights of a layer, by the last part of their name. */
const tables = ['cls_token', 'pos_embed', 'mask_token'];

/**
 * Whether a parameter is one that transformers are trained without weight decay of: biases, scales of norms, class and
 * mask tokens, and positions (timm's `no_weight_decay`, and its rule for parameters of one dimension).
 *
 * @param name `backbone.blocks.0.norm1.bias`
 */
export function isWithoutDecay(name: string, shape: readonly number[]): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return shape.length <= 1 || last === 'bias' || tables.includes(last);
}
