import { UserError } from '@ssl/errors';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo, BackendName } from './backend-info.ts';
import { createUseBackend, type UseBackend, type UseBackendOptions } from './create-use-backend.ts';
import { startCpu, startWasmOrCpu } from './start-cpu.ts';
import { loadTensorflowBackend } from './tensorflow/load-tensorflow.node.ts';
import { startWasmInNode } from './wasm/start-wasm.node.ts';
import { addNavigatorGpu, findAdapterInNode, refuseReadingAtOnce } from './webgpu/load-webgpu.node.ts';
import { startWebgpu, startWebgpuIfReal } from './webgpu/start-webgpu.ts';
import { readWebgpuInstallation } from './webgpu/webgpu-installation.node.ts';

/**
 * Makes TensorFlow.js in Node compute on the named backend, ready to train: kernels, threads, gradients.
 *
 * `auto` takes native TensorFlow if it is installed and loads, else `webgpu` if that is installed and finds a
 * graphics adapter that is no software, else `wasm`, else `cpu`. A second call with the same name gives the same
 * result; with another name it changes the backend, and tensors stay readable, but for those of `webgpu`, which
 * Node can read by `await tensor.data()` only.
 *
 * @throws UserError for an unknown name, for `tensorflow` or `webgpu` where it is not installed or does not load, for
 * `webgpu` without a graphics adapter, and for a number of threads that is not a whole number from 1 to 8
 */
export const useBackend: UseBackend = createUseBackend(start);

async function start(name: BackendName, options: UseBackendOptions = {}): Promise<BackendInfo> {
  switch (name) {
    case 'auto':
      return startFastest(options);
    case 'tensorflow': {
      const info = await startTensorflow(options);
      if (typeof info === 'string') throw new UserError(`backend tensorflow: ${info}`);
      return info;
    }
    case 'webgpu': {
      const adapter = await findAdapterInNode();
      if (typeof adapter === 'string') throw new UserError(`backend webgpu: ${adapter}`);
      await addNavigatorGpu();
      return refuseReadingAtOnce(await startWebgpu(adapter));
    }
    case 'wasm':
      return startWasmInNode(options.threads);
    case 'cpu':
      return startCpu();
  }
}

async function startFastest(options: UseBackendOptions): Promise<BackendInfo> {
  const native = await startTensorflow(options);
  if (typeof native !== 'string') return native;
  const notes = [`Native TensorFlow is not used: ${native}.`];
  if (await readWebgpuInstallation()) {
    const webgpu = await startWebgpuIfReal(await findAdapterInNode(), addNavigatorGpu);
    if (typeof webgpu !== 'string') return refuseReadingAtOnce({ ...webgpu, notes });
    notes.push(`WebGPU is not used: ${webgpu}.`);
  }
  return startWasmOrCpu(() => startWasmInNode(options.threads), notes);
}

/** The backend, or why it is not there. */
async function startTensorflow({ threads }: UseBackendOptions): Promise<BackendInfo | string> {
  const loaded = await loadTensorflowBackend({ threads });
  if ('unavailable' in loaded) return loaded.unavailable;
  return {
    name: 'tensorflow',
    description: loaded.description,
    threads: loaded.threads,
    simd: true,
    notes: loaded.notes,
    dispose: async () => tf.removeBackend('tensorflow'),
  };
}
