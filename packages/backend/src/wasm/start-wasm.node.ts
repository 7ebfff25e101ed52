import { availableParallelism } from 'node:os';
import type { BackendInfo } from '../backend-info.ts';
import { loadEmscripten } from './load-emscripten.node.ts';
import { startPool } from './start-pool.node.ts';
import { startWasm } from './start-wasm.ts';

/**
 * Starts the backend `wasm` in Node.
 *
 * @param threads default: one for each core that this process may use, at most 8
 */
export function startWasmInNode(threads = Math.min(availableParallelism(), 8)): Promise<BackendInfo> {
  return startWasm(threads, { loadModule: loadEmscripten, startPool });
}
