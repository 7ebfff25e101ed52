import type * as tf from '@tensorflow/tfjs-core';

/** The part of tfjs's `WebGPUBackend` that kernels of our own need. */
export interface WebgpuBackend {
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: { type: string; data: number[] }[],
  ): tf.TensorInfo;
  disposeData(dataId: object): boolean;
  refCount(dataId: object): number;
}

/** A program for the graphics processor: all of its tensors are float32, and flat to it. */
export interface GpuProgram {
  /** Names the code: programs of one key have the same. */
  readonly key: string;
  /** Tensors by the names that the code has for them. */
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  /** The one tensor that the code writes, as `result`. */
  readonly outputShape: readonly number[];
  /** How many times the code runs, each with its own `index`; default: once for each element of the output. */
  readonly threads?: number;
  /** Whole numbers that the code knows, as `uniforms.name`. */
  readonly integers?: Readonly<Record<string, number>>;
  /** Other numbers that it knows. */
  readonly floats?: Readonly<Record<string, number>>;
  /**
   * WGSL, the body of a function of `index : i32`. tfjs gives it `uniforms.NAN`, `uniforms.INFINITY`, and `isnan` and
   * `isinf`, which look at the bits: compilers may take for granted that there is no NaN.
   */
  readonly code: string;
}

const workgroupSize = 64;

/** Runs a program; the caller disposes what it gives. */
export function runProgram(backend: WebgpuBackend, program: GpuProgram): tf.TensorInfo {
  const { key, inputs, outputShape, code, integers = {}, floats = {} } = program;
  const size = sizeOf(outputShape);
  const threads = program.threads ?? size;
  const wholes = { threads, ...integers };
  const output = backend.runWebGPUProgram(
    {
      shaderKey: `ssl_${key}`,
      variableNames: Object.keys(inputs),
      outputShape: [size],
      workgroupSize: [workgroupSize, 1, 1],
      dispatchLayout: { x: [0] },
      dispatch: [Math.ceil(threads / workgroupSize), 1, 1],
      uniforms: [
        ...Object.keys(wholes).map((name) => `${name} : i32,`),
        ...Object.keys(floats).map((name) => `${name} : f32,`),
      ].join(' '),
      getUserCode: () => `
        fn main(index : i32) {
          if (index >= uniforms.threads) { return; }
          ${code}
        }`,
    },
    Object.values(inputs).map((input) => ({ ...input, shape: [sizeOf(input.shape)] })),
    'float32',
    [
      ...Object.values(wholes).map((value) => ({ type: 'int32', data: [value] })),
      ...Object.values(floats).map((value) => ({ type: 'float32', data: [value] })),
    ],
  );
  return { ...output, shape: [...outputShape] };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
