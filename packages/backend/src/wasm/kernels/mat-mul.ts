import * as tf from '@tensorflow/tfjs-core';
import { planForward } from '../convolution-plan.ts';
import { addressOf, type KernelRunner } from '../kernel-runner.ts';
import { runConvolution } from '../run-convolution.ts';
import { runMatMul } from '../run-mat-mul.ts';
import { wasmKernel } from './wasm-kernel.ts';

interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * Matrix products, a whole batch in one operation, with transposed factors as fast as without: tfjs's run 13 to 50
 * times slower with them. One factor may be shared by all batches.
 */
export const batchMatMul = wasmKernel<{ a: tf.Tensor; b: tf.Tensor }, MatMulAttrs>(
  tf.BatchMatMul,
  ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend, runner, stock }) => {
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const ofA = batchesOf(a);
    const ofB = batchesOf(b);
    const batches = Math.max(ofA, ofB);
    const rows = a.shape.at(transposeA ? -1 : -2) ?? 0;
    const inner = a.shape.at(transposeA ? -2 : -1) ?? 0;
    const columns = b.shape.at(transposeB ? -2 : -1) ?? 0;
    const regular = [1, batches].includes(ofA) && [1, batches].includes(ofB);
    if (
      a.dtype !== 'float32' ||
      b.dtype !== 'float32' ||
      !regular ||
      rows * inner * columns * batches === 0
    ) {
      return stock();
    }
    const result = backend.makeOutput([...outer, rows, columns], 'float32');
    if (batches === 1) {
      const left = transposeA ? swapLastAxes(a) : a;
      multiplyPair(
        runner,
        { address: addressOf(backend, left), rows, inner },
        { address: addressOf(backend, b), columns, transposed: transposeB },
        addressOf(backend, result),
      );
      if (left !== a) left.dispose();
      return result;
    }
    // Matrices by one right factor are one matrix with the rows of all.
    const joins = ofB === 1 && !transposeA;
    runMatMul(runner, addressOf(backend, a), addressOf(backend, b), addressOf(backend, result), {
      ...{ inner, columns, transposeA, transposeB },
      batches: joins ? 1 : batches,
      rows: joins ? rows * ofA : rows,
      sharesA: ofA === 1,
      sharesB: ofB === 1,
    });
    return result;
  },
);

/**
 * One product, as a convolution whose pixels are the rows. `runMatMul` adds in another order, so that its last bits
 * differ, and the recorded losses of the convolutional methods rest on this one.
 */
function multiplyPair(
  runner: KernelRunner,
  left: { readonly address: number; readonly rows: number; readonly inner: number },
  right: { readonly address: number; readonly columns: number; readonly transposed: boolean },
  result: number,
): void {
  const { rows, inner } = left;
  const { columns, transposed } = right;
  const plan = planForward({
    ...unitWindow,
    ...{ inHeight: rows, inWidth: 1, inChannels: inner, outHeight: rows, outWidth: 1, outChannels: columns },
  });
  runConvolution(
    runner,
    plan,
    left.address,
    {
      address: right.address,
      tapBytes: 0,
      depthBytes: transposed ? 4 : columns * 4,
      columnBytes: transposed ? inner * 4 : 4,
    },
    result,
    { images: 1, height: rows, width: 1, channels: columns },
  );
}

/** Matrix product, then the sum with a bias, then an activation: {@link batchMatMul} and what follows it. */
export const fusedMatMul = {
  kernelName: tf._FusedMatMul,
  create: (): tf.KernelFunc => (call) => {
    const { a, b, bias, preluActivationWeights } = call.inputs as unknown as {
      a: tf.Tensor;
      b: tf.Tensor;
      bias?: tf.Tensor;
      preluActivationWeights?: tf.Tensor;
    };
    const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs as unknown as MatMulAttrs & {
      activation?: tf.fused.Activation;
      leakyreluAlpha?: number;
    };
    return tf.tidy(() => {
      const product = tf.matMul(a, b, transposeA, transposeB);
      const sum = bias ? tf.add(product, bias) : product;
      return activate(sum, activation ?? 'linear', preluActivationWeights, leakyreluAlpha);
    });
  },
};

function activate(
  x: tf.Tensor,
  activation: tf.fused.Activation,
  preluWeights: tf.Tensor | undefined,
  leakyReluAlpha: number | undefined,
): tf.Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, leakyReluAlpha);
    case 'prelu':
      if (!preluWeights) throw new Error('_FusedMatMul: prelu needs preluActivationWeights');
      return tf.prelu(x, preluWeights);
    default:
      throw new Error(`_FusedMatMul: unknown activation ${String(activation)}`);
  }
}

const unitWindow = {
  ...{ filterHeight: 1, filterWidth: 1, strideHeight: 1, strideWidth: 1 },
  ...{ dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0 },
};

function swapLastAxes(matrix: tf.Tensor): tf.Tensor {
  const axes = matrix.shape.map((_, axis) => axis);
  return tf.transpose(matrix, [...axes.slice(0, -2), matrix.rank - 1, matrix.rank - 2]);
}

function batchesOf(matrices: tf.TensorInfo): number {
  return tf.util.sizeFromShape(matrices.shape.slice(0, -2));
}
