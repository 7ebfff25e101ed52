import type * as tf from '@tensorflow/tfjs-core';
import { isOutOfMemoryError, OutOfMemoryError } from '../out-of-memory-error.ts';

/** What of a graphics device tells that it failed. */
interface Device {
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: Error; preventDefault(): void }) => void,
  ): void;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  destroy(): void;
}

/** tfjs's backend `webgpu`, as far as it is watched. */
export interface WatchedBackend extends tf.KernelBackend {
  readonly device: Device;
}

/**
 * Makes `await tensor.data()` fail where the device has failed before. WebGPU tells so by an event only, and all that is
 * computed afterwards is zeros: a tensor that found no room would go unnoticed.
 *
 * After a lack of memory, which is thrown as an `OutOfMemoryError`, the backend can go on.
 */
export function watchDevice(backend: WatchedBackend): void {
  const { device } = backend;
  let failure: Error | undefined;
  device.addEventListener('uncapturederror', (event) => {
    // Else the browser, or Dawn in Node, prints it and everything that follows from it.
    event.preventDefault();
    failure ??= describe(event.error);
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed')
      failure ??= new Error(`backend webgpu: the graphics device was lost: ${message}`);
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId);
    if (failure === undefined) return values;
    const thrown = failure;
    if (isOutOfMemoryError(thrown)) failure = undefined;
    throw thrown;
  };
}

function describe(error: Error): Error {
  const [line] = error.message.split('\n', 1);
  const noRoom =
    error.constructor.name === 'GPUOutOfMemoryError' || error.message.includes('max buffer size');
  return noRoom
    ? new OutOfMemoryError(`backend webgpu: the graphics device has no room for a tensor: ${line}`)
    : new Error(`backend webgpu: the graphics device refused to compute: ${line}`, { cause: error });
}
