import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backendHome } from '../install/backend-home.node.ts';

/** Which build of TensorFlow: `cpu`, or `gpu` with CUDA (which also runs without a GPU). */
export type TensorflowVariant = 'cpu' | 'gpu';

/** What `manifest.json` of an installation says; written last, so its presence means that all else is there. */
export interface TensorflowManifest {
  /** Raised whenever the layout changes, so that older installations are built anew. */
  readonly layout: number;
  readonly variant: TensorflowVariant;
  /** Version of the TensorFlow library, e.g. `2.21.0`. */
  readonly tensorflow: string;
  /** Version of `@tensorflow/tfjs-node`, whose addon was built. */
  readonly tfjsNode: string;
  readonly platform: string;
  readonly arch: string;
}

/** The layout that this version of the package builds and loads. */
export const installationLayout = 1;

/** Folder of the finished installation. */
export function installationFolder(home: string = backendHome('tensorflow')): string {
  return join(home, 'installed');
}

/** The addon below the folder of tfjs-node's package. */
export function installedAddon(folder: string): string {
  return join(folder, 'lib', 'tfjs_binding.node');
}

/**
 * The manifest of the finished installation below `home`.
 *
 * @returns `undefined` where there is none, or one that this version, platform or processor cannot use
 */
export async function readInstallation(
  home: string = backendHome('tensorflow'),
): Promise<TensorflowManifest | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(join(installationFolder(home), 'manifest.json'), 'utf8'));
  } catch {
    return undefined;
  }
  return isUsable(parsed) ? parsed : undefined;
}

function isUsable(value: unknown): value is TensorflowManifest {
  if (typeof value !== 'object' || value === null) return false;
  const manifest = value as Partial<Record<keyof TensorflowManifest, unknown>>;
  return (
    manifest.layout === installationLayout &&
    (manifest.variant === 'cpu' || manifest.variant === 'gpu') &&
    typeof manifest.tensorflow === 'string' &&
    typeof manifest.tfjsNode === 'string' &&
    manifest.platform === process.platform &&
    manifest.arch === process.arch
  );
}
