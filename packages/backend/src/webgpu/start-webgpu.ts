import { UserError } from '@ssl/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import type { WebgpuAdapter } from './find-webgpu-adapter.ts';
import { registerWebgpuKernels } from './register-webgpu-kernels.ts';
import { watchDevice, type WatchedBackend } from './watch-device.ts';

/** What tfjs registers when it is loaded first, to register it again after it was removed. */
let create: NonNullable<ReturnType<typeof tf.findBackendFactory>> | undefined;

/**
 * Loads tfjs's backend for `navigator.gpu` and gives it this package's kernels.
 *
 * @throws UserError where the adapter gives no device
 */
export async function startWebgpu({ description, software }: WebgpuAdapter): Promise<BackendInfo> {
  // Loaded where it is wanted only: it is larger than everything else together.
  await import('@tensorflow/tfjs-backend-webgpu');
  create ??= tf.findBackendFactory('webgpu');
  if (!tf.findBackendFactory('webgpu')) tf.registerBackend('webgpu', create, 3);
  registerWebgpuKernels();
  if (!(await tf.setBackend('webgpu')))
    throw new UserError('backend webgpu: the adapter was found but did not start');
  const backend = tf.backend() as WatchedBackend;
  watchDevice(backend);
  return {
    name: 'webgpu',
    description: description === '' ? 'webgpu' : `webgpu (${description})`,
    threads: 1,
    simd: true,
    notes: software ? ['This adapter is software: it is for tests of tiny shapes only.'] : [],
    dispose: async () => {
      // First the buffers, then the device that they are on.
      tf.removeBackend('webgpu');
      backend.device.destroy();
    },
  };
}

/**
 * {@link startWebgpu} for who did not ask for it: never on a software adapter.
 *
 * @param adapter what was found, or why nothing was
 * @param prepare called first where the adapter is used
 * @returns the backend, or why it is not used
 */
export async function startWebgpuIfReal(
  adapter: WebgpuAdapter | string,
  prepare?: () => Promise<void>,
): Promise<BackendInfo | string> {
  if (typeof adapter === 'string') return adapter;
  if (adapter.software) return `its adapter is software (${adapter.description}), slower than wasm`;
  try {
    await prepare?.();
    return await startWebgpu(adapter);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
