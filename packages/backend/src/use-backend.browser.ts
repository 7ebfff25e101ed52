import { UserError } from '@ssl/errors';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { BackendInfo, BackendName } from './backend-info.ts';
import { createUseBackend, type UseBackend, type UseBackendOptions } from './create-use-backend.ts';
import { startCpu, startWasmOrCpu } from './start-cpu.ts';
import type { WasmUrls } from './wasm/load-emscripten.browser.ts';
import { startWasmInBrowser } from './wasm/start-wasm.browser.ts';
import { findWebgpuAdapter } from './webgpu/find-webgpu-adapter.ts';
import { startWebgpu, startWebgpuIfReal } from './webgpu/start-webgpu.ts';

/** Settings of {@link useBackend} in a browser. */
export interface BrowserBackendOptions extends UseBackendOptions {
  /** Where tfjs's compiled modules are, for a bundler that does not find `new URL('package/file', import.meta.url)`. */
  readonly wasmUrls?: WasmUrls;
}

/**
 * Makes TensorFlow.js in a browser compute on the named backend, ready to train: kernels, threads, gradients. To be
 * called in a Web Worker: training on the page's own thread freezes the page, and has no threads.
 *
 * `auto` takes `webgpu` if the browser has a graphics adapter that is no software, else `wasm`, else `cpu`. A second
 * call with the same name gives the same result; with another name it changes the backend, and tensors stay readable.
 *
 * @throws UserError for an unknown name, for `webgpu` where there is no adapter, for `tensorflow`, which is Node's,
 * and for a number of threads that is not a whole number from 1 to 8
 */
export const useBackend: UseBackend<BrowserBackendOptions> = createUseBackend(start);

const noAdapter = 'this browser offers no graphics adapter';

async function start(
  name: BackendName,
  { threads, wasmUrls }: BrowserBackendOptions = {},
): Promise<BackendInfo> {
  switch (name) {
    case 'auto':
      return startFastest(() => startWasmInBrowser(threads, wasmUrls));
    case 'tensorflow':
      throw new UserError('backend tensorflow: is for Node; in a browser use auto, webgpu or wasm');
    case 'webgpu': {
      const adapter = await findWebgpuAdapter();
      if (!adapter) throw new UserError(`backend webgpu: ${noAdapter}; use auto or wasm`);
      return startWebgpu(adapter);
    }
    case 'wasm':
      return startWasmInBrowser(threads, wasmUrls);
    case 'cpu':
      return startCpu();
  }
}

async function startFastest(startWasm: () => Promise<BackendInfo>): Promise<BackendInfo> {
  const webgpu = await startWebgpuIfReal((await findWebgpuAdapter()) ?? noAdapter);
  if (typeof webgpu !== 'string') return webgpu;
  return startWasmOrCpu(startWasm, [`WebGPU is not used: ${webgpu}.`]);
}
