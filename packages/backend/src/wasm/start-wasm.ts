import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import { compileKernels } from './compile-kernels.ts';
import {
  controlBytes,
  KernelRunner,
  setKernelRunner,
  type KernelExports,
  type SharedModule,
} from './kernel-runner.ts';
import type { PoolOptions } from './pool-thread.ts';
import { registerWasmKernels } from './register-wasm-kernels.ts';
import { wasmMemoryLimitBytes, type WasmModule } from './tfjs-module.ts';

/** What Node and browsers do each in their own way. */
export interface WasmPlatform {
  /** Loads tfjs's module; `shared`: with memory that other threads can use too. */
  readonly loadModule: (shared: boolean) => Promise<WasmModule>;
  /** Starts threads that wait for work; gives what ends them. */
  readonly startPool: (pool: PoolOptions) => Promise<() => Promise<void>>;
}

/**
 * Starts the backend `wasm` with this package's kernels and threads and registers it.
 *
 * tfjs's own kernels run on the calling thread: its threads would spin, after each of its operations, on the cores
 * that this package's kernels need.
 *
 * @param threads how many threads compute, this one included; where they do not start, one, with a note
 * @throws whatever keeps tfjs's module from loading
 */
export async function startWasm(threads: number, platform: WasmPlatform): Promise<BackendInfo> {
  const { module, runner, used, notes, end } = await load(threads, platform);
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

async function load(threads: number, platform: WasmPlatform): Promise<Loaded> {
  if (threads === 1) return loadSingle(platform, []);
  try {
    return await loadThreaded(platform, threads);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return loadSingle(platform, [`wasm computes on one thread only: threads did not start (${reason}).`]);
  }
}

async function loadSingle({ loadModule }: WasmPlatform, notes: readonly string[]): Promise<Loaded> {
  const module = await loadModule(false);
  const { memory } = (module as unknown as { asm: { memory: WebAssembly.Memory } }).asm;
  const kernels = await compileKernels(false);
  const runner = makeRunner(module, kernels, memory, 1).runner;
  return { module, runner, used: 1, notes, end: async () => undefined };
}

async function loadThreaded({ loadModule, startPool }: WasmPlatform, threads: number): Promise<Loaded> {
  const module = await loadModule(true);
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
