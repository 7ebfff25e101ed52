import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { OutOfMemoryError } from '../out-of-memory-error.ts';

/** TensorFlow.js's compiled module, as its `BackendWasm` takes it. */
export type WasmModule = BackendWasm['wasm'];

/** The most that a wasm memory with 32-bit addresses holds; tfjs stops one page below 4 GiB. */
export const wasmMemoryLimitBytes = 4_294_901_760;

type Factory = (config: object) => Promise<WasmModule>;

/**
 * Loads TensorFlow.js's wasm module in Node; `shared`: with memory that other threads can use too.
 *
 * tfjs itself never loads the shared one in Node (tensorflow/tfjs#3830), though its script for browsers works there if
 * it finds a `Worker`. The script is evaluated with its own `process`, `Worker` and `require`, so that nothing of the
 * program's is replaced and its listeners for `uncaughtException` and `unhandledRejection` do not reach the program.
 * Nothing is printed: an abort is an exception.
 */
export async function loadEmscripten(shared: boolean): Promise<WasmModule> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  const script = join(folder, shared ? 'tfjs-backend-wasm-threaded-simd.js' : 'tfjs-backend-wasm.js');
  const binary = shared ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm';
  const factory = evaluate(await readFile(script, 'utf8'), script, {
    require: (id: string) => (id === 'worker_threads' ? { Worker: IdleWorker } : (require(id) as unknown)),
    Worker: IdleWorker,
  });
  const module = await factory({
    mainScriptUrlOrBlob: script,
    locateFile: (path: string) => join(folder, path.endsWith('.wasm') ? binary : path),
    print: () => undefined,
    printErr: () => undefined,
  });
  return withTfjsInterface(throwWhenFull(module));
}

function evaluate(
  text: string,
  filename: string,
  { require, Worker: WorkerClass }: { require: (id: string) => unknown; Worker: unknown },
): Factory {
  const names = ['module', 'exports', 'require', '__filename', '__dirname', 'process', 'global', 'Worker'];
  const module = { exports: {} as unknown };
  const quietProcess: unknown = Object.create(process, { on: { value: () => quietProcess } });
  const run = compileFunction(text, names, { filename }) as (...values: unknown[]) => void;
  run(
    module,
    module.exports,
    require,
    filename,
    dirname(filename),
    quietProcess,
    { performance },
    WorkerClass,
  );
  return module.exports as Factory;
}

/**
 * The workers that the shared module makes as it starts. No thread of tfjs's ever runs on them: this package's own
 * threads do the work.
 */
class IdleWorker {
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
