import { unknownNameError, UserError } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import { backendNames, type BackendInfo, type BackendName } from './backend-info.ts';
import { registerTrainingGradients } from './register-training-gradients.ts';

/** Settings of `useBackend`. */
export interface UseBackendOptions {
  /**
   * Threads of `wasm` (this one included) or `tensorflow`; default: one for each core, for `wasm` at most 8. Native
   * TensorFlow heeds the first number that a process asks for.
   */
  readonly threads?: number;
}

/** Makes TensorFlow.js compute on the named backend. */
export type UseBackend<Options extends UseBackendOptions = UseBackendOptions> = (
  name: BackendName,
  options?: Options,
) => Promise<BackendInfo>;

/**
 * `useBackend` of a platform: checks what it is asked for, remembers what runs, and prepares training.
 *
 * @param start loads and registers the named backend; `auto` is its own to decide
 */
export function createUseBackend<Options extends UseBackendOptions>(
  start: (name: BackendName, options: Options | undefined) => Promise<BackendInfo>,
): UseBackend<Options> {
  let current: { readonly asked: BackendName; readonly info: BackendInfo } | undefined;

  async function dispose(info: BackendInfo): Promise<void> {
    if (current?.info.name === info.name) current = undefined;
    await info.dispose();
  }

  return async (name, options) => {
    if (!backendNames.includes(name)) throw unknownNameError('backend', name, backendNames);
    const threads = options?.threads;
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
  };
}
