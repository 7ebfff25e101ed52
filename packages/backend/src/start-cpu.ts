import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from './backend-info.ts';

/**
 * Loads tfjs's backend of plain JavaScript.
 *
 * @param notes why nothing faster is used, where it was not asked for by name
 */
export async function startCpu(notes: readonly string[] = []): Promise<BackendInfo> {
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

/** `wasm`, or plain JavaScript where it does not start; both with `notes` on what would be faster. */
export async function startWasmOrCpu(
  startWasm: () => Promise<BackendInfo>,
  notes: readonly string[],
): Promise<BackendInfo> {
  try {
    const info = await startWasm();
    return { ...info, notes: [...notes, ...info.notes] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return startCpu([...notes, `wasm is not used: ${reason}.`]);
  }
}
