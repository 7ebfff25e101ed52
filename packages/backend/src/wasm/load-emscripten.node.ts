import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { IdleWorker, prepareModule, type WasmFactory, type WasmModule } from './tfjs-module.ts';

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
  return prepareModule(module);
}

function evaluate(
  text: string,
  filename: string,
  { require, Worker: WorkerClass }: { require: (id: string) => unknown; Worker: unknown },
): WasmFactory {
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
  return module.exports as WasmFactory;
}
