import * as tf from '@tensorflow/tfjs-core';
import { goldenOps, type GoldenParams, type NamedTensors } from './golden-ops.ts';
import { relativeError, valuesOf } from './op-values.ts';

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

/** A layer with the values and gradients that PyTorch gave. */
export interface GoldenCase {
  readonly name: string;
  readonly params: GoldenParams;
  readonly inputs: Readonly<Record<string, Values>>;
  readonly outputs: Readonly<Record<string, Values>>;
}

/** The cases of `fixtures/layers.json`. */
export function goldenCases(json: string): readonly GoldenCase[] {
  return (JSON.parse(json) as { cases: GoldenCase[] }).cases;
}

/**
 * Largest relative errors of a golden case on the backend in use: of its outputs, and of its gradients. The objective
 * is Σ y · dout, summed over the steps `y0`, `y1`, … where a case has several.
 *
 * @throws Error where the case has an output that nothing here computes
 */
export async function goldenErrors(
  golden: GoldenCase,
): Promise<{ readonly value: number; readonly gradient: number }> {
  const names = Object.keys(golden.outputs);
  const values = names.filter((name) => !name.startsWith('grad_'));
  const variables = Object.keys(golden.inputs).filter((name) => names.includes(`grad_${name}`));
  const results = tf.tidy(() => {
    const inputs = tensors(golden.inputs);
    const outputs = run(golden, inputs);
    const gradients = tf.grads((...xs: tf.Tensor[]) => {
      const replaced = Object.fromEntries(variables.map((name, index) => [name, xs[index] as tf.Tensor]));
      return objective(run(golden, { ...inputs, ...replaced }), inputs);
    })(variables.map((name) => inputs[name] as tf.Tensor));
    return [...values.map((name) => computed(golden, outputs, name)), ...gradients];
  });
  const expected = [...values, ...variables.map((name) => `grad_${name}`)];
  const errors = (await valuesOf(results)).map((actual, index) =>
    relativeError(actual, golden.outputs[expected[index] as string]?.data ?? []),
  );
  return {
    value: Math.max(...errors.slice(0, values.length)),
    gradient: Math.max(0, ...errors.slice(values.length)),
  };
}

function run({ name, params }: GoldenCase, inputs: NamedTensors): NamedTensors {
  const op = goldenOps.find(({ prefix }) => name.startsWith(prefix));
  if (!op) throw new Error(`golden case ${name}: no op of goldenOps has a prefix of this name`);
  return op.run(inputs, params);
}

function computed({ name }: GoldenCase, outputs: NamedTensors, output: string): tf.Tensor {
  const tensor = outputs[output];
  if (!tensor) throw new Error(`golden case ${name}: its op does not compute the output ${output}`);
  return tensor;
}

function objective(outputs: NamedTensors, inputs: NamedTensors): tf.Scalar {
  const terms = Object.entries(inputs)
    .filter(([name]) => name.startsWith('dout'))
    .map(([name, dout]) => tf.sum(tf.mul(outputs[name.replace('dout', 'y')] as tf.Tensor, dout)));
  return tf.addN(terms) as tf.Scalar;
}

function tensors(values: Readonly<Record<string, Values>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]),
  );
}
