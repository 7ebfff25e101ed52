import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBuildTools, unsupportedMachine } from './build-tools.node.ts';
import { findNativePackages, type NativePackage } from './native-package.node.ts';
import { backendHome } from '../install/backend-home.node.ts';
import { readInstallation, type TensorflowManifest } from './tensorflow-installation.node.ts';

/** What there is of native TensorFlow on this machine, and what could be had. */
export interface TensorflowStatus {
  readonly home: string;
  /** What `installTensorflow` put there. */
  readonly installed: TensorflowManifest | undefined;
  /** Whether an installation was interrupted; running it again goes on from there. */
  readonly interrupted: boolean;
  /** What `loadTensorflowBackend` would try, in this order. */
  readonly packages: readonly NativePackage[];
  /** Why `installTensorflow` would refuse to start; `undefined` where it would not. */
  readonly cannotInstall: string | undefined;
}

/** Where to look. */
export interface TensorflowStatusOptions {
  /** Default: the current folder. */
  readonly project?: string;
  /** Default: `backendHome('tensorflow')`. */
  readonly home?: string;
}

/** Looks without loading, downloading or changing anything. */
export async function tensorflowStatus(options: TensorflowStatusOptions = {}): Promise<TensorflowStatus> {
  const { project = process.cwd(), home = backendHome('tensorflow') } = options;
  const [installed, { packages }, tools] = await Promise.all([
    readInstallation(home),
    findNativePackages(project, home),
    findBuildTools(),
  ]);
  return {
    home,
    installed,
    interrupted: ['partial-cpu', 'partial-gpu'].some((name) => existsSync(join(home, name))),
    packages,
    cannotInstall: unsupportedMachine() ?? (typeof tools === 'string' ? tools : undefined),
  };
}
