import type { BackendName } from '@ssl/backend';
import type { TensorflowStatus } from '@ssl/backend/node';
import { commandLine } from '../terminal/command-line.ts';

/** One backend as `ssl backend list` tells it. */
export interface ListedBackend {
  readonly name: Exclude<BackendName, 'auto'>;
  readonly available: boolean;
  /** What it is, or why it is not there and what to do. */
  readonly description: string;
}

/** All backends, fastest first. */
export function listBackends(status: TensorflowStatus): readonly ListedBackend[] {
  return [
    { name: 'tensorflow', ...describeTensorflow(status) },
    { name: 'webgpu', available: false, description: 'not in Node yet; works in browsers' },
    {
      name: 'wasm',
      available: true,
      description: 'WebAssembly with kernels that train; comes with the package',
    },
    {
      name: 'cpu',
      available: true,
      description: 'plain JavaScript, for tests of tiny shapes; comes with the package',
    },
  ];
}

/** What there is of native TensorFlow, or the command that installs it. */
export function describeTensorflow(status: TensorflowStatus): Omit<ListedBackend, 'name'> {
  const { installed, packages, interrupted, cannotInstall, home } = status;
  const own = packages.find((found) => found.own);
  if (own) return { available: true, description: `${own.name} of the project, in ${own.folder}` };
  if (installed) {
    const { tensorflow, variant } = installed;
    return { available: true, description: `TensorFlow ${tensorflow} (${variant}), in ${home}` };
  }
  if (cannotInstall !== undefined) {
    return { available: false, description: `not installed, and cannot be yet: ${cannotInstall}` };
  }
  const command = commandLine(['backend', 'install', 'tensorflow']);
  return {
    available: false,
    description: interrupted
      ? `an installation was interrupted; to go on: ${command}`
      : `not installed; to install: ${command}`,
  };
}
