import type { BackendInfo } from '../backend-info.ts';
import { loadEmscripten, type WasmUrls } from './load-emscripten.browser.ts';
import { startPool } from './start-pool.browser.ts';
import { startWasm } from './start-wasm.ts';

/**
 * Starts the backend `wasm` in a browser.
 *
 * @param threads default: one for each core, at most 8; where the page does not allow it one, with a note
 * @param urls where the compiled modules of tfjs are; default: where the bundler put them
 */
export async function startWasmInBrowser(
  threads = Math.min(navigator.hardwareConcurrency, 8),
  urls?: WasmUrls,
): Promise<BackendInfo> {
  const loadModule = (shared: boolean): ReturnType<typeof loadEmscripten> => loadEmscripten(shared, urls);
  const obstacle = threads > 1 ? obstacleToThreads() : undefined;
  const info = await startWasm(obstacle === undefined ? threads : 1, { loadModule, startPool });
  if (obstacle === undefined) return info;
  return { ...info, notes: [`wasm computes on one thread only: ${obstacle}.`, ...info.notes] };
}

/** Why threads cannot share memory with this one. */
function obstacleToThreads(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    return (
      'threads need a cross-origin isolated page, which is served with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
    );
  }
  // A page's own thread may not wait for others, and would freeze the page if it did.
  return typeof document === 'undefined' ? undefined : 'threads need useBackend to be called in a Web Worker';
}
