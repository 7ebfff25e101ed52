import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../backend-info.ts';
import { backendHome } from '../install/backend-home.node.ts';
import { installationFolder } from '../install/installation.node.ts';
import { runCommand } from '../install/run-command.node.ts';
import {
  adapterOptions,
  describeAdapter,
  findGpu,
  findWebgpuAdapter,
  type Adapter,
  type WebgpuAdapter,
} from './find-webgpu-adapter.ts';
import { readWebgpuInstallation, unsupportedByWebgpu, webgpuModule } from './webgpu-installation.node.ts';

/** What is used of the npm package `webgpu`: Dawn, the WebGPU of Chromium, as an addon for Node. */
interface WebgpuPackage {
  create(options: readonly string[]): object;
  readonly globals: object;
}

/**
 * Looks for a graphics adapter: `navigator.gpu`'s where the program itself has put one there, else that of the
 * package that `installWebgpu` put into the user's cache. The package is loaded in a process of its own, since Dawn
 * and the drivers write their complaints to standard error, where no setting keeps them from it.
 *
 * @returns the adapter, or why there is none, as a part of a sentence; it does not throw for that
 */
export async function findAdapterInNode(
  home: string = backendHome('webgpu'),
): Promise<WebgpuAdapter | string> {
  if (findGpu()) return (await findWebgpuAdapter()) ?? noAdapter();
  if (!(await readWebgpuInstallation(home))) {
    return unsupportedByWebgpu() ?? 'it is not installed ("ssl backend install webgpu" does that)';
  }
  const { adapter, failure } = await probe(webgpuModule(installationFolder(home)));
  if (failure !== undefined) return `it is installed in ${home} but does not load: ${failure}`;
  return adapter ? describeAdapter(adapter) : noAdapter();
}

/**
 * Gives Node the `navigator.gpu` that browsers have, from the package in the user's cache; one that is there already
 * is kept. The package stays loaded: Dawn ends with the process, and does not keep it alive.
 *
 * @throws whatever the package throws; call it where {@link findAdapterInNode} has found an adapter
 */
export async function addNavigatorGpu(home: string = backendHome('webgpu')): Promise<void> {
  if (findGpu()) return;
  Object.assign(process.env, driverVariables());
  const module = pathToFileURL(webgpuModule(installationFolder(home))).href;
  const { create, globals } = (await import(module)) as WebgpuPackage;
  Object.assign(globalThis, globals);
  // Node 20 has no navigator, later ones have one without WebGPU.
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
}

/** What a probe finds: the adapter, null where there is none, or why the package does not load, in one line. */
interface Probe {
  readonly adapter?: Adapter | null;
  readonly failure?: string;
}

/** Prints a {@link Probe} of the module that is its first argument, with the options that are its second. */
const probing = `
  try {
    const { create, globals } = await import(process.argv[1]);
    Object.assign(globalThis, globals);
    const found = await create([]).requestAdapter(JSON.parse(process.argv[2]));
    const { vendor, architecture, device, description, isFallbackAdapter } = found?.info ?? {};
    const info = { vendor, architecture, device, description, isFallbackAdapter };
    console.log(JSON.stringify({ adapter: found && { isFallbackAdapter: found.isFallbackAdapter, info } }));
  } catch (error) {
    console.log(JSON.stringify({ failure: String(error?.message ?? error).split('\\n', 1)[0] }));
  }`;

async function probe(module: string): Promise<Probe> {
  const args = ['--input-type=module', '--eval', probing, pathToFileURL(module).href];
  try {
    const output = await runCommand(process.execPath, [...args, JSON.stringify(adapterOptions)], {
      environment: { ...process.env, ...driverVariables(), NODE_OPTIONS: undefined },
    });
    return JSON.parse(output) as Probe;
  } catch (error) {
    // A driver can end the process that loads it.
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    return { failure: line };
  }
}

/** A Vulkan driver complains where a desktop's variable is not there. */
function driverVariables(): Record<string, string> {
  if (process.platform !== 'linux' || process.env.XDG_RUNTIME_DIR) return {};
  return { XDG_RUNTIME_DIR: tmpdir() };
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
