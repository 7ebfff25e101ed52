import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { OutOfMemoryError } from '../out-of-memory-error.ts';

/** TensorFlow.js's compiled module, as its `BackendWasm` takes it. */
export type WasmModule = BackendWasm['wasm'];

/** The most that a wasm memory with 32-bit addresses holds; tfjs stops one page below 4 GiB. */
export const wasmMemoryLimitBytes = 4_294_901_760;

/** How many workers tfjs's threaded module asks for as it starts, however many it will use. */
const emscriptenPoolSize = 8;

type Factory = (config: object) => Promise<WasmModule>;

/**
 * Loads TensorFlow.js's wasm module in Node, with threads where `threads` is more than 1.
 *
 * tfjs itself never uses threads in Node (tensorflow/tfjs#3830). Its script for browsers works there all the same
 * if it is given what it looks for: a `Worker` that runs its worker script, and the number of cores. The script is
 * evaluated with its own `process`, `Worker` and `require`, so that nothing of the program's is replaced and its
 * listeners for `uncaughtException` and `unhandledRejection` do not reach the program.
 *
 * Workers never keep the process alive. Nothing is printed: an abort is an exception.
 */
export async function loadEmscripten(threads: number): Promise<WasmModule> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  const name = threads > 1 ? 'tfjs-backend-wasm-threaded-simd' : 'tfjs-backend-wasm-simd';
  const script = join(folder, `${name}.js`);
  const worker = require(join(folder, 'tfjs-backend-wasm-threaded-simd.worker.js')) as {
    readonly wasmWorkerContents?: string;
  };
  const factory = evaluate(await readFile(script, 'utf8'), script, {
    require: (id: string) => (id === 'os' ? coresForThreads(threads) : (require(id) as unknown)),
    Worker:
      threads > 1
        ? workerClass((worker.wasmWorkerContents ?? '').replaceAll('\n', '\\n'), threads)
        : undefined,
  });
  const module = await factory({
    mainScriptUrlOrBlob: script,
    locateFile: (path: string) => join(folder, path),
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

/** XNNPACK uses at most half of the cores that it is told of. */
function coresForThreads(threads: number): { cpus: () => unknown[] } {
  return { cpus: () => new Array<unknown>(2 * threads) };
}

/**
 * The class that tfjs makes its workers of. It takes them from the end of the list, so only the last ones need to
 * be real.
 */
function workerClass(script: string, threads: number): new () => object {
  let made = 0;
  return class {
    constructor() {
      made += 1;
      return made > emscriptenPoolSize - (threads - 1) ? new UnrefWorker(script) : new IdleWorker();
    }
  };
}

/** A worker that does not keep the process alive, whatever is asked of it. */
class UnrefWorker extends Worker {
  constructor(script: string) {
    super(script, { eval: true, execArgv: [], env: {} });
    super.unref();
  }

  override ref(): void {
    super.unref();
  }
}

/** Stands for a worker that no thread will ever run on. */
class IdleWorker {
  onmessage: (event: { data: { cmd: string } }) => void = () => undefined;

  postMessage({ cmd }: { cmd?: string }): void {
    if (cmd === 'load') queueMicrotask(() => this.onmessage({ data: { cmd: 'loaded' } }));
  }

  on(): void {}
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/** tfjs does not look whether `malloc` found room. */
function throwWhenFull(module: WasmModule): WasmModule {
  const allocating = module as unknown as {
    _malloc: (bytes: number) => number;
    onAbort: (reason: unknown) => void;
  };
  const malloc = allocating._malloc;
  allocating._malloc = (bytes) => {
    const address = malloc(bytes);
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
