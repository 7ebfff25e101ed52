import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { BackendInfo } from '../backend-info.ts';
import { hasRelaxedSimd } from './compile-kernels.ts';
import { loadEmscripten } from './load-emscripten.node.ts';
import { startPool } from './start-pool.node.ts';
import { startWasm } from './start-wasm.ts';

/**
 * Starts the backend `wasm` in Node.
 *
 * @param threads default: one for each core that this process may use, at most 8
 */
export function startWasmInNode(threads = Math.min(availableParallelism(), 8)): Promise<BackendInfo> {
  // Node 20 has relaxed SIMD, behind a flag that can still be set here.
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return startWasm(threads, { loadModule: loadEmscripten, startPool });
}
