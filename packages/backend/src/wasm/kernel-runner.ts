import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { kernelCalls, type KernelJobs } from './kernel-jobs.generated.ts';

/** What the compiled kernels export; the last two only where memory is shared. */
export interface KernelExports {
  packPanels(
    source: number,
    target: number,
    depth: number,
    columns: number,
    rowBytes: number,
    columnBytes: number,
    panelBytes: number,
  ): void;
  runAll(kernel: number, job: number, chunks: number, items: number): void;
  start?(control: number, operation: number): void;
  finish?(control: number, operation: number): number;
}

/** Size of the block in which threads find their work (assembly/threads.ts). */
export const controlBytes = 64 + 17 * 256;

const slotBytes = 256;
const slots = 16;
const operations = 2 ** 20;

/** The part of tfjs's module that kernels of our own need. */
export interface SharedModule {
  readonly _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
}

/**
 * Runs this package's compiled kernels on the memory of TensorFlow.js's module, on all threads.
 *
 * An operation is cut into chunks. How many must follow from shapes alone, never from the number of threads: then
 * results are the same bit for bit on any number of threads.
 */
export class KernelRunner {
  readonly exports: KernelExports;
  readonly #memory: WebAssembly.Memory;
  readonly #module: SharedModule;
  readonly #threads: number;
  readonly #control: number;
  #operation = 0;
  #scratch = { address: 0, bytes: 0 };
  #workspace = { address: 0, bytes: 0 };

  /**
   * @param control address of a block of `controlBytes` zeros, which the other threads know too
   * @param threads how many there are, this one included
   */
  constructor(
    exports: KernelExports,
    memory: WebAssembly.Memory,
    module: SharedModule,
    control: number,
    threads: number,
  ) {
    this.exports = exports;
    this.#memory = memory;
    this.#module = module;
    this.#control = control;
    this.#threads = threads;
  }

  /** Size of the whole memory, tfjs's part included. */
  memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** 32-bit words of the whole memory; to be asked for anew after anything that may allocate. */
  words(): Uint32Array {
    return new Uint32Array(this.#memory.buffer);
  }

  /** The whole memory, to write records into; to be asked for anew after anything that may allocate. */
  view(): DataView {
    return new DataView(this.#memory.buffer);
  }

  /** 64-bit numbers, `count` of them from `address` (a multiple of 8) on. */
  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, count);
  }

  /** 32-bit numbers, `count` of them from `address` on. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count);
  }

  /**
   * Memory for one operation, valid until the next call.
   *
   * @returns its address, a multiple of 16
   */
  workspace(bytes: number): number {
    this.#workspace = this.#grown(this.#workspace, bytes);
    return align(this.#workspace.address);
  }

  /** Memory for each thread: the address of the first thread's; each other's lies `bytes` after the one before. */
  scratch(bytes: number): number {
    this.#scratch = this.#grown(this.#scratch, bytes * this.#threads);
    return align(this.#scratch.address);
  }

  /**
   * Does an operation.
   *
   * @param items what is to be cut into parts: images, rows, elements
   * @param chunks how many parts, from 1 to 4095
   * @param job what the kernel is told (scripts/kernel-table.mjs)
   */
  run<Name extends keyof KernelJobs>(
    kernel: Name,
    items: number,
    chunks: number,
    job: KernelJobs[Name],
  ): void {
    const { id, write } = kernelCalls[kernel];
    const { start, finish, runAll } = this.exports;
    const shared = start && finish && this.#threads > 1 && chunks > 1;
    if (shared) this.#operation = (this.#operation + 1) % operations;
    // What this thread does alone has a slot of its own, which no other thread looks at.
    const slot = this.#control + 64 + (shared ? this.#operation % slots : slots) * slotBytes;
    const words = new Uint32Array(this.#memory.buffer, slot, slotBytes / 4);
    words[1] = chunks;
    words[2] = id;
    words[3] = items;
    write(new DataView(this.#memory.buffer, slot, slotBytes), 16, job);
    if (shared) {
      start(this.#control, this.#operation);
      this.#wakeSleepers();
      while (finish(this.#control, this.#operation) > 0) this.#wait(words);
    } else {
      runAll(id, slot + 16, chunks, items);
    }
  }

  #wakeSleepers(): void {
    const control = new Int32Array(this.#memory.buffer, this.#control, 2);
    if (Atomics.load(control, 1) > 0) Atomics.notify(control, 0);
  }

  /** Leaves the processor to whoever has taken the last chunks: there may be more threads than cores. */
  #wait(slot: Uint32Array): void {
    const done = new Int32Array(slot.buffer, slot.byteOffset, 1);
    const before = Atomics.load(done, 0);
    if (before < (slot[1] ?? 0)) Atomics.wait(done, 0, before, 0.05);
  }

  #grown(block: { address: number; bytes: number }, bytes: number): { address: number; bytes: number } {
    if (block.bytes >= bytes) return block;
    if (block.address !== 0) this.#module._free(block.address);
    return { address: this.#module._malloc(bytes + 16) >>> 0, bytes };
  }
}

function align(address: number): number {
  return ((address + 15) & ~15) >>> 0;
}

const runners = new WeakMap<object, KernelRunner>();

/** Gives the kernels of `backend` their runner. */
export function setKernelRunner(backend: BackendWasm, runner: KernelRunner): void {
  runners.set(backend, runner);
}

/** The runner of a backend that `startWasm` started. */
export function kernelRunner(backend: unknown): KernelRunner {
  const runner = runners.get(backend as object);
  if (!runner) throw new Error('kernelRunner: this wasm backend was not started by useBackend');
  return runner;
}

/** Where a tensor's values are. */
export function addressOf(backend: BackendWasm, tensor: tf.TensorInfo): number {
  return backend.getMemoryOffset(tensor.dataId as object);
}
