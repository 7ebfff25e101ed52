import type { BackendName } from '@ssl/backend';
import type { TensorflowStatus, WebgpuStatus } from '@ssl/backend/node';
import { commandLine } from '../terminal/command-line.ts';

/** One backend as `ssl backend list` tells it. */
export interface ListedBackend {
  readonly name: Exclude<BackendName, 'auto'>;
  readonly available: boolean;
  /** What it is, or why it is not there and what to do. */
  readonly description: string;
}

/** All backends, in the order in which `--backend auto` looks for them. */
export function listBackends(tensorflow: TensorflowStatus, webgpu: WebgpuStatus): readonly ListedBackend[] {
  return [
    { name: 'tensorflow', ...describeTensorflow(tensorflow) },
    { name: 'webgpu', ...describeWebgpu(webgpu) },
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
function describeTensorflow(status: TensorflowStatus): Omit<ListedBackend, 'name'> {
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

/** What there is of WebGPU, or the command that installs it; a software adapter counts as none. */
function describeWebgpu({
  home,
  installed,
  adapter,
  cannotInstall,
}: WebgpuStatus): Omit<ListedBackend, 'name'> {
  if (installed === undefined || adapter === undefined) {
    const command = commandLine(['backend', 'install', 'webgpu']);
    return {
      available: false,
      description:
        cannotInstall === undefined
          ? `not installed; for graphics processors of any make, to install: ${command}`
          : `not installed, and cannot be: ${cannotInstall}`,
    };
  }
  const what = `webgpu ${installed.webgpu}`;
  if (typeof adapter === 'string') return { available: false, description: `${what}: ${adapter}` };
  const { description, software } = adapter;
  return software
    ? {
        available: false,
        description: `${what}: its adapter is software (${description}), for tests by --backend webgpu`,
      }
    : { available: true, description: `${what} on ${description || 'an unnamed adapter'}, in ${home}` };
}
