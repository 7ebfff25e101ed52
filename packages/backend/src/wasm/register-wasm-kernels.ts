import * as tf from '@tensorflow/tfjs-core';
import { wasmKernels } from './kernels/index.ts';

/**
 * Registers this package's kernels for the backend `wasm`, in place of those of the same name. To be called after
 * tfjs has registered its own and before the backend starts. Calling it again changes nothing.
 */
export function registerWasmKernels(): void {
  for (const { kernelName, create } of wasmKernels) {
    const stock = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | null;
    if (stock?.kernelFunc && ours.has(stock.kernelFunc)) continue;
    const kernelFunc = create(stock?.kernelFunc);
    ours.add(kernelFunc);
    if (stock) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc,
      ...(stock?.setupFunc ? { setupFunc: stock.setupFunc } : {}),
    });
  }
}

const ours = new WeakSet<tf.KernelFunc>();
