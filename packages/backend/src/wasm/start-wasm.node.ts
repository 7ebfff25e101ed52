import { availableParallelism } from 'node:os';
import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import { loadEmscripten, wasmMemoryLimitBytes, type WasmModule } from './load-emscripten.node.ts';
import { registerWasmKernels } from './register-wasm-kernels.ts';

/**
 * Starts the backend `wasm` with this package's kernels and registers it.
 *
 * @param threads default: one for each core that this process may use, at most 8
 */
export async function startWasm(threads = Math.min(availableParallelism(), 8)): Promise<BackendInfo> {
  const { module, used, notes } = await load(threads);
  setThreadsCount(used);
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => new BackendWasm(module), 2);
  registerWasmKernels();
  return {
    name: 'wasm',
    description: `wasm (SIMD, ${used} ${used === 1 ? 'thread' : 'threads'})`,
    threads: used,
    simd: true,
    notes,
    memoryLimitBytes: wasmMemoryLimitBytes,
    // Removing the backend disposes it, which ends the threads.
    dispose: async () => tf.removeBackend('wasm'),
  };
}

async function load(threads: number): Promise<{ module: WasmModule; used: number; notes: string[] }> {
  try {
    return { module: await loadEmscripten(threads), used: threads, notes: [] };
  } catch (error) {
    if (threads === 1) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      module: await loadEmscripten(1),
      used: 1,
      notes: [`wasm computes on one thread only: threads did not start (${reason}).`],
    };
  }
}
