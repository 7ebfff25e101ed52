import { backendHome } from '../install/backend-home.node.ts';
import { findNpm } from '../install/find-npm.node.ts';
import type { WebgpuAdapter } from './find-webgpu-adapter.ts';
import { findAdapterInNode } from './load-webgpu.node.ts';
import {
  readWebgpuInstallation,
  unsupportedByWebgpu,
  type WebgpuManifest,
} from './webgpu-installation.node.ts';

/** What there is of WebGPU on this machine, and what could be had. */
export interface WebgpuStatus {
  readonly home: string;
  /** What `installWebgpu` put there. */
  readonly installed: WebgpuManifest | undefined;
  /** What it computes on, or why there is nothing; `undefined` where it is not installed. */
  readonly adapter: WebgpuAdapter | string | undefined;
  /** Why `installWebgpu` would refuse to start; `undefined` where it would not. */
  readonly cannotInstall: string | undefined;
}

/**
 * Downloads and changes nothing. What is installed is loaded in a process of its own, as there is no other way to
 * know the adapter.
 *
 * @param home default: `backendHome('webgpu')`
 */
export async function webgpuStatus(home: string = backendHome('webgpu')): Promise<WebgpuStatus> {
  const installed = await readWebgpuInstallation(home);
  return {
    home,
    installed,
    adapter: installed && (await findAdapterInNode(home)),
    cannotInstall: unsupportedByWebgpu() ?? (findNpm() ? undefined : 'npm is missing'),
  };
}
