import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { OutOfMemoryError } from '../out-of-memory-error.ts';

/** TensorFlow.js's compiled module, as its `BackendWasm` takes it. */
export type WasmModule = BackendWasm['wasm'];

/** The most that a wasm memory with 32-bit addresses holds; tfjs stops one page below 4 GiB. */
export const wasmMemoryLimitBytes = 4_294_901_760;

/** The function that TensorFlow.js's script for its wasm module defines. */
export type WasmFactory = (config: object) => Promise<WasmModule>;

/** Makes what the factory gave complete: `BackendWasm` can take it, and full memory is an exception. */
export function prepareModule(module: WasmModule): WasmModule {
  return withTfjsInterface(throwWhenFull(module));
}

/**
 * The workers that the shared module makes as it starts. No thread of tfjs's ever runs on them: this package's own
 * threads do the work.
 */
export class IdleWorker {
  onmessage: (event: { data: { cmd: string } }) => void = () => undefined;

  postMessage({ cmd }: { cmd?: string }): void {
    if (cmd === 'load') queueMicrotask(() => this.onmessage({ data: { cmd: 'loaded' } }));
  }

  on(): void {}
  unref(): void {}
  terminate(): void {}
}

/** tfjs does not look whether `malloc` found room. */
function throwWhenFull(module: WasmModule): WasmModule {
  const allocating = module as unknown as {
    asm: { malloc: (bytes: number) => number };
    _malloc: (bytes: number) => number;
    onAbort: (reason: unknown) => void;
  };
  // Not `_malloc`, which puts itself back in place as it is first called.
  const { malloc } = allocating.asm;
  allocating._malloc = (bytes) => {
    const address = malloc(bytes) >>> 0;
    if (address === 0 && bytes > 0) {
      throw new OutOfMemoryError(
        `wasm: no room for ${megabytes(bytes)} more; all tensors together can take ${megabytes(wasmMemoryLimitBytes)}`,
        { requestedBytes: bytes, limitBytes: wasmMemoryLimitBytes },
      );
    }
    return address;
  };
  // tfjs's own code aborts where it finds no room, and hardly for any other reason.
  allocating.onAbort = (reason) => {
    throw new OutOfMemoryError(
      `wasm: a kernel found no room for what it needs (aborted ${String(reason)}); all tensors together can take ${megabytes(wasmMemoryLimitBytes)}`,
      { limitBytes: wasmMemoryLimitBytes },
    );
  };
  return module;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** The functions that tfjs's own loader adds under `tfjs`. */
function withTfjsInterface(module: WasmModule): WasmModule {
  const { cwrap } = module as unknown as {
    cwrap: (name: string, result: string | null, parameters: string[]) => unknown;
  };
  const number = 'number';
  Object.assign(module, {
    tfjs: {
      init: cwrap('init', null, []),
      initWithThreadsCount: cwrap('init_with_threads_count', null, [number]),
      getThreadsCount: cwrap('get_threads_count', number, []),
      registerTensor: cwrap('register_tensor', null, [number, number, number]),
      disposeData: cwrap('dispose_data', null, [number]),
      dispose: cwrap('dispose', null, []),
    },
  });
  return module;
}
