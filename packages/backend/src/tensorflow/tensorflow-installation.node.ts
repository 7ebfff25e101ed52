import { join } from 'node:path';
import { backendHome } from '../install/backend-home.node.ts';
import { readManifest, type InstallationManifest } from '../install/installation.node.ts';

/** Which build of TensorFlow: `cpu`, or `gpu` with CUDA (which also runs without a GPU). */
export type TensorflowVariant = 'cpu' | 'gpu';

/** What `manifest.json` of an installation says; written last, so its presence means that all else is there. */
export interface TensorflowManifest extends InstallationManifest {
  readonly variant: TensorflowVariant;
  /** Version of the TensorFlow library, e.g. `2.21.0`. */
  readonly tensorflow: string;
  /** Version of `@tensorflow/tfjs-node`, whose addon was built. */
  readonly tfjsNode: string;
}

/** The layout that this version of the package builds and loads. */
export const installationLayout = 1;

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
  const manifest = await readManifest(home, installationLayout);
  return manifest && isUsable(manifest) ? manifest : undefined;
}

function isUsable(manifest: object): manifest is TensorflowManifest {
  const { variant, tensorflow, tfjsNode } = manifest as Partial<Record<keyof TensorflowManifest, unknown>>;
  return (
    (variant === 'cpu' || variant === 'gpu') && typeof tensorflow === 'string' && typeof tfjsNode === 'string'
  );
}
