import plainScript from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import sharedScript from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import { IdleWorker, prepareModule, type WasmFactory, type WasmModule } from './tfjs-module.ts';

/** Addresses of the two compiled modules of `@tensorflow/tfjs-backend-wasm/wasm-out` that are used. */
export interface WasmUrls {
  /** Of `tfjs-backend-wasm-simd.wasm`, for one thread. */
  readonly simd: string;
  /** Of `tfjs-backend-wasm-threaded-simd.wasm`. */
  readonly threadedSimd: string;
}

/** Bundlers find these, copy the files, and put their addresses here. */
const bundledUrls: WasmUrls = {
  simd: new URL('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
  threadedSimd: new URL(
    '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm',
    import.meta.url,
  ).href,
};

/**
 * Loads TensorFlow.js's wasm module in a browser; `shared`: with memory that other threads can use too.
 *
 * tfjs would start its own threads by the text of its script, which hangs once a bundler has made that text smaller.
 * Here the script gets workers that do nothing (see {@link IdleWorker}), so there is no text to hand on.
 */
export async function loadEmscripten(shared: boolean, urls: WasmUrls = bundledUrls): Promise<WasmModule> {
  const factory = factoryOf(shared ? sharedScript : plainScript);
  const config = {
    mainScriptUrlOrBlob: 'unused',
    locateFile: (path: string) => (shared ? urls.threadedSimd : path.endsWith('.wasm') ? urls.simd : path),
    print: () => undefined,
    printErr: () => undefined,
  };
  return prepareModule(await withIdleWorkers(() => factory(config)));
}

/** A CommonJS module is its exports for one bundler, and has them under `default` for another. */
function factoryOf(script: unknown): WasmFactory {
  return (typeof script === 'function' ? script : (script as { default: unknown }).default) as WasmFactory;
}

/** The script makes its workers before it gives control back: nothing else sees them in place of real ones. */
function withIdleWorkers<Result>(run: () => Result): Result {
  const { Worker } = globalThis;
  Object.assign(globalThis, { Worker: IdleWorker });
  try {
    return run();
  } finally {
    Object.assign(globalThis, { Worker });
  }
}
