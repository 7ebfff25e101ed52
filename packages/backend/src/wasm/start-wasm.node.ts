import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import { compileKernels, hasRelaxedSimd } from './compile-kernels.ts';
import {
  controlBytes,
  KernelRunner,
  setKernelRunner,
  type KernelExports,
  type SharedModule,
} from './kernel-runner.ts';
import { loadEmscripten, wasmMemoryLimitBytes, type WasmModule } from './load-emscripten.node.ts';
import { registerWasmKernels } from './register-wasm-kernels.ts';
import { startPool } from './start-pool.node.ts';

/**
 * Starts the backend `wasm` with this package's kernels and threads and registers it.
 *
 * tfjs's own kernels run on the calling thread: its threads would spin, after each of its operations, on the cores
 * that this package's kernels need.
 *
 * @param threads default: one for each core that this process may use, at most 8
 */
export async function startWasm(threads = Math.min(availableParallelism(), 8)): Promise<BackendInfo> {
  const { module, runner, used, notes, end } = await load(threads);
  setThreadsCount(1);
  if (tf.findBackendFactory('wasm')) tf.removeBackend('wasm');
  tf.registerBackend(
    'wasm',
    () => {
      const backend = new BackendWasm(module);
      setKernelRunner(backend, runner);
      return backend;
    },
    2,
  );
  registerWasmKernels();
  return {
    name: 'wasm',
    description: `wasm (SIMD, ${used} ${used === 1 ? 'thread' : 'threads'})`,
    threads: used,
    simd: true,
    notes,
    memoryLimitBytes: wasmMemoryLimitBytes,
    memoryBytes: () => runner.memoryBytes(),
    dispose: async () => {
      tf.removeBackend('wasm');
      await end();
    },
  };
}

interface Loaded {
  readonly module: WasmModule;
  readonly runner: KernelRunner;
  readonly used: number;
  readonly notes: readonly string[];
  readonly end: () => Promise<void>;
}

async function load(threads: number): Promise<Loaded> {
  // Node 20 has relaxed SIMD, behind a flag that can still be set here.
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (threads === 1) return loadSingle([]);
  try {
    return await loadThreaded(threads);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return loadSingle([`wasm computes on one thread only: threads did not start (${reason}).`]);
  }
}

async function loadSingle(notes: readonly string[]): Promise<Loaded> {
  const module = await loadEmscripten(false);
  const { memory } = (module as unknown as { asm: { memory: WebAssembly.Memory } }).asm;
  const kernels = await compileKernels(false);
  const runner = makeRunner(module, kernels, memory, 1).runner;
  return { module, runner, used: 1, notes, end: async () => undefined };
}

async function loadThreaded(threads: number): Promise<Loaded> {
  const module = await loadEmscripten(true);
  const { wasmMemory: memory } = module as unknown as { wasmMemory: WebAssembly.Memory };
  const kernels = await compileKernels(true);
  const { runner, control } = makeRunner(module, kernels, memory, threads);
  const end = await startPool({ module: kernels, memory, control, count: threads - 1 });
  return { module, runner, used: threads, notes: [], end };
}

function makeRunner(
  module: WasmModule,
  kernels: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threads: number,
): { runner: KernelRunner; control: number } {
  const allocator = module as unknown as SharedModule;
  const control = (allocator._malloc(controlBytes + 64) + 63) & ~63;
  new Uint8Array(memory.buffer, control, controlBytes).fill(0);
  const { exports } = new WebAssembly.Instance(kernels, { env: { memory } });
  return {
    runner: new KernelRunner(exports as unknown as KernelExports, memory, allocator, control, threads),
    control,
  };
}
