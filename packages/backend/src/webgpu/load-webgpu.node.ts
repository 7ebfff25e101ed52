import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import { backendHome } from '../install/backend-home.node.ts';
import { installationFolder } from '../install/installation.node.ts';
import { findGpu, findWebgpuAdapter, type WebgpuAdapter } from './find-webgpu-adapter.ts';
import { readWebgpuInstallation, unsupportedByWebgpu, webgpuModule } from './webgpu-installation.node.ts';

/** What is used of the npm package `webgpu`: Dawn, the WebGPU of Chromium, as an addon for Node. */
interface WebgpuPackage {
  create(options: readonly string[]): object;
  readonly globals: object;
}

/**
 * Gives Node the `navigator.gpu` that browsers have, from the package that `installWebgpu` put into the user's
 * cache, and looks for a graphics adapter. One that the program itself has put there is kept. Calling it again
 * only looks again.
 *
 * The package stays loaded: Dawn ends with the process, and does not keep it alive.
 *
 * @returns the adapter, or why there is none, as a part of a sentence; it does not throw for that
 */
export async function findAdapterInNode(
  home: string = backendHome('webgpu'),
): Promise<WebgpuAdapter | string> {
  if (!findGpu()) {
    if (!(await readWebgpuInstallation(home))) {
      return unsupportedByWebgpu() ?? 'it is not installed ("ssl backend install webgpu" does that)';
    }
    try {
      await addNavigatorGpu(webgpuModule(installationFolder(home)));
    } catch (error) {
      const [line] = String(error instanceof Error ? error.message : error).split('\n', 1);
      return `it is installed in ${home} but does not load: ${line}`;
    }
  }
  return (await findWebgpuAdapter()) ?? noAdapter();
}

async function addNavigatorGpu(module: string): Promise<void> {
  // A Vulkan driver complains where a desktop's variable is not there.
  if (process.platform === 'linux') process.env.XDG_RUNTIME_DIR ||= tmpdir();
  const { create, globals } = (await import(pathToFileURL(module).href)) as WebgpuPackage;
  Object.assign(globalThis, globals);
  // Node 20 has no navigator, later ones have one without WebGPU.
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
}

function noAdapter(): string {
  const drivers = { linux: 'Vulkan', darwin: 'Metal', win32: 'Direct3D 12 or Vulkan' } as Partial<
    Record<NodeJS.Platform, string>
  >;
  const api = drivers[process.platform] ?? 'Vulkan';
  return `it finds no graphics adapter (it needs a driver for ${api})`;
}

/**
 * Makes reading a tensor at once an error that says what to do: only a browser's canvas makes it possible.
 *
 * @param info the running backend `webgpu`, which is given back
 */
export function refuseReadingAtOnce(info: BackendInfo): BackendInfo {
  const backend = tf.backend() as tf.KernelBackend & {
    readonly tensorMap: { get(dataId: object): { readonly values?: unknown; readonly dtype: string } };
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    const { values, dtype } = backend.tensorMap.get(dataId);
    if ((values ?? undefined) === undefined && dtype !== 'string') {
      throw new Error(
        'backend webgpu: in Node a tensor cannot be read by dataSync(); use "await tensor.data()"',
      );
    }
    return readSync(dataId);
  };
  return info;
}
