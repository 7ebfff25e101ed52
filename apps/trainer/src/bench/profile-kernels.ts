import * as tf from '@tensorflow/tfjs-core';
import type { KernelShare } from './bench-result.ts';

/**
 * Where the time of `work` goes, by kernel and shape, largest first. A kernel that calls others includes them.
 *
 * Right for backends that compute before a kernel returns: `tensorflow` on the CPU, `wasm`, `cpu`. It wraps the
 * kernels of the current backend, for the rest of the process.
 *
 * @param steps runs of `work` to average over; one before them does not count
 */
export async function profileKernels(
  work: () => Promise<unknown>,
  steps: number,
): Promise<readonly KernelShare[]> {
  const totals = new Map<string, { kernel: string; shapes: string; calls: number; ms: number }>();
  for (const config of tf.getKernelsForBackend(tf.getBackend())) {
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (call) => {
        const start = performance.now();
        const result = config.kernelFunc(call);
        add(config.kernelName, describeShapes(call.inputs), performance.now() - start);
        return result;
      },
    });
  }

  function add(kernel: string, shapes: string, ms: number): void {
    const key = `${kernel} ${shapes}`;
    const total = totals.get(key) ?? { kernel, shapes, calls: 0, ms: 0 };
    totals.set(key, { ...total, calls: total.calls + 1, ms: total.ms + ms });
  }

  await work();
  totals.clear();
  for (let step = 0; step < steps; step++) await work();
  return [...totals.values()]
    .map((total) => ({ ...total, calls: total.calls / steps, ms: total.ms / steps }))
    .sort((a, b) => b.ms - a.ms);
}

/** Shapes of the inputs that say how much there is to do: those of more than one axis, or the first. */
function describeShapes(inputs: tf.NamedTensorInfoMap): string {
  const shapes = Object.values(inputs)
    .filter((input) => input !== undefined)
    .map(({ shape }) => shape);
  const telling = shapes.filter((shape) => shape.length > 1);
  return [
    ...new Set((telling.length > 0 ? telling : shapes.slice(0, 1)).map((shape) => shape.join('×'))),
  ].join(', ');
}
