import { unknownNameError, UserError } from '@ssl/errors';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { backendNames, type BackendInfo, type BackendName } from './backend-info.ts';
import { registerTrainingGradients } from './register-training-gradients.ts';
import { loadTensorflowBackend } from './tensorflow/load-tensorflow.node.ts';
import { startWasm } from './wasm/start-wasm.node.ts';

/** Settings of {@link useBackend}. */
export interface UseBackendOptions {
  /**
   * Threads of `wasm` (this one included) or `tensorflow`; default: one for each core, for `wasm` at most 8. Native
   * TensorFlow heeds the first number that a process asks for.
   */
  readonly threads?: number;
}

let current: { readonly asked: BackendName; readonly info: BackendInfo } | undefined;

/**
 * Makes TensorFlow.js in Node compute on the named backend, ready to train: kernels, threads, gradients.
 *
 * `auto` takes native TensorFlow if it is installed and loads, else `wasm`, else `cpu`. A second call with the same
 * name gives the same result; with another name it changes the backend, and tensors stay readable.
 *
 * @throws UserError for an unknown name, for `tensorflow` where it is not installed or does not load, for `webgpu`
 * (not there yet), and for a number of threads that is not a whole number from 1 to 8
 */
export async function useBackend(name: BackendName, options: UseBackendOptions = {}): Promise<BackendInfo> {
  if (!backendNames.includes(name)) throw unknownNameError('backend', name, backendNames);
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 8)) {
    throw new UserError(`useBackend: threads must be a whole number from 1 to 8, got ${threads}`);
  }
  if (current && (current.asked === name || current.info.name === name)) {
    await tf.setBackend(current.info.name);
    return current.info;
  }
  const info = await start(name, options);
  registerTrainingGradients();
  if (!(await tf.setBackend(info.name))) {
    throw new Error(`useBackend: the backend ${info.name} was loaded but did not start`);
  }
  current = { asked: name, info: { ...info, dispose: () => dispose(info) } };
  return current.info;
}

async function dispose(info: BackendInfo): Promise<void> {
  if (current?.info.name === info.name) current = undefined;
  await info.dispose();
}

async function start(name: BackendName, options: UseBackendOptions): Promise<BackendInfo> {
  switch (name) {
    case 'auto':
      return startFastest(options);
    case 'tensorflow': {
      const info = await startTensorflow(options);
      if (typeof info === 'string') throw new UserError(`backend tensorflow: ${info}`);
      return info;
    }
    case 'webgpu':
      throw new UserError(
        'backend webgpu: not available in Node yet; use auto, tensorflow or wasm, which are',
      );
    case 'wasm':
      return startWasm(options.threads);
    case 'cpu':
      return startCpu([]);
  }
}

async function startFastest(options: UseBackendOptions): Promise<BackendInfo> {
  const native = await startTensorflow(options);
  if (typeof native !== 'string') return native;
  const note = `Native TensorFlow is not used: ${native}.`;
  try {
    const info = await startWasm(options.threads);
    return { ...info, notes: [note, ...info.notes] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return startCpu([note, `wasm is not used: ${reason}.`]);
  }
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

async function startCpu(notes: readonly string[]): Promise<BackendInfo> {
  await import('@tensorflow/tfjs-backend-cpu');
  // Its advice to install tfjs-node would go to the console.
  Object.assign(tf.findBackend('cpu'), { firstUse: false });
  return {
    name: 'cpu',
    description: 'cpu (plain JavaScript)',
    threads: 1,
    simd: false,
    notes: [
      ...notes,
      'Plain JavaScript trains hundreds of times slower than wasm: it is for tests of tiny shapes only.',
    ],
    dispose: async () => tf.removeBackend('cpu'),
  };
}
