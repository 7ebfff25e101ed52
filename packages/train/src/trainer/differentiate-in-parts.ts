import type { Outputs, Views } from '@ssl/losses';
import * as tf from '@tensorflow/tfjs-core';
import type { HookCalls, RawGradients } from './hook-calls.ts';
import { disposeViews, partOfViews } from './view-tensors.ts';

type NamedOutputs = Record<string, tf.Tensor>;

/**
 * The gradients of a batch whose forward pass does not fit into memory (gradient caching, Gao et al., 2021): `forward` on
 * parts of the batch without a tape; the objective's gradient with respect to the outputs of the whole batch; `forward`
 * again on each part under the tape, with that gradient. Batch norm sees the parts, all else is the same.
 *
 * @param parts at least 2
 */
export function differentiateInParts(calls: HookCalls, views: Views, parts: number): RawGradients {
  const { objective, variables, keep } = calls;
  const shares = Array.from({ length: parts }, (_, part) => [part / parts, (part + 1) / parts] as const);
  const outputs = forwardWithoutTape(calls, views, shares);
  for (const tensor of Object.values(outputs)) keep(tensor);

  const names = Object.keys(outputs).filter((name) => outputs[name]?.dtype === 'float32');
  const found: { metrics: ReturnType<typeof objective>['metrics'] }[] = [];
  const inputs = names.map((name) => outputs[name] as tf.Tensor);
  const { value: loss, grads: outputGradients } = tf.engine().gradients(
    () => {
      const { loss: value, metrics } = objective(outputs as unknown as Outputs);
      for (const tensor of Object.values(metrics ?? {})) keep(tensor);
      found.push({ metrics });
      return value;
    },
    inputs,
    undefined,
    true,
  ) as { value: tf.Scalar; grads: (tf.Tensor | null)[] };
  keep(loss);

  const sums = new Map<string, tf.Tensor>();
  for (const [begin, end] of shares) {
    addGradients(sums, gradientsOfPart(calls, views, [begin, end], names, outputGradients));
  }
  for (const gradient of outputGradients) gradient?.dispose();
  for (const tensor of sums.values()) keep(tensor);
  const grads = Object.fromEntries(variables.map(({ name }) => [name, sums.get(name) as tf.Tensor]));
  return { loss, grads, outputs: outputs as unknown as Outputs, metrics: found[0]?.metrics };
}

function forwardWithoutTape(
  { forward }: HookCalls,
  views: Views,
  shares: readonly (readonly [number, number])[],
): NamedOutputs {
  const pieces = shares.map(([begin, end]) => {
    const part = partOfViews(views, begin, end);
    // The second pass, under the tape, has the same batch statistics: they must count once.
    const outputs = tf.tidy(() => ({ ...forward(part, begin, false) }) as NamedOutputs);
    disposeViews(part);
    return outputs;
  });
  const [first = {}] = pieces;
  const joined = Object.keys(first).flatMap((name) => {
    if (first[name] === undefined) return [];
    return [[name, tf.concat(pieces.map((piece) => piece[name] as tf.Tensor))] as const];
  });
  // Only now: one tensor may stand under two names.
  tf.dispose(pieces);
  return Object.fromEntries(joined);
}

/** The parameters' gradients through a part of the batch, given the objective's with respect to the outputs. */
function gradientsOfPart(
  { forward, variables }: HookCalls,
  views: Views,
  [begin, end]: readonly [number, number],
  names: readonly string[],
  outputGradients: readonly (tf.Tensor | null)[],
): tf.NamedTensorMap {
  const part = partOfViews(views, begin, end);
  const { value, grads } = tf.variableGrads(() => {
    const outputs = forward(part, begin, true) as unknown as NamedOutputs;
    const products = names.flatMap((name, index) => {
      const gradient = outputGradients[index];
      const output = outputs[name];
      if (!gradient || output === undefined) return [];
      const rows = gradient.shape[0] ?? 0;
      const from = Math.round(begin * rows);
      return [tf.sum(tf.mul(output, tf.slice(gradient, from, Math.round(end * rows) - from)))];
    });
    return tf.addN(products) as tf.Scalar;
  }, variables);
  value.dispose();
  disposeViews(part);
  return grads;
}

function addGradients(sums: Map<string, tf.Tensor>, grads: tf.NamedTensorMap): void {
  for (const [name, gradient] of Object.entries(grads)) {
    if (!(gradient as tf.Tensor | null)) continue;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? gradient : tf.add(sum, gradient));
    if (sum !== undefined) tf.dispose([sum, gradient]);
  }
}
