import { join } from 'node:path';
import { backendHome } from '../install/backend-home.node.ts';
import { hasGlibc } from '../install/has-glibc.node.ts';
import { readManifest, type InstallationManifest } from '../install/installation.node.ts';

/** What `manifest.json` of an installation says; written last, so its presence means that all else is there. */
export interface WebgpuManifest extends InstallationManifest {
  /** Version of the npm package `webgpu`, e.g. `0.6.2`. */
  readonly webgpu: string;
}

/** The release that this version is tested with, and its checksum as npm writes it. */
export const webgpuPackage = {
  version: '0.6.2',
  integrity:
    'sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
} as const;

/** The layout that this version of the package makes and loads. */
export const webgpuLayout = 1;

/**
 * The manifest of the finished installation below `home`.
 *
 * @returns `undefined` where there is none, or one that this version, platform or processor cannot use
 */
export async function readWebgpuInstallation(
  home: string = backendHome('webgpu'),
): Promise<WebgpuManifest | undefined> {
  const manifest = await readManifest(home, webgpuLayout);
  return manifest && isUsable(manifest) ? manifest : undefined;
}

/** The package's module below the folder of an installation. */
export function webgpuModule(folder: string): string {
  return join(folder, 'node_modules', 'webgpu', 'index.js');
}

/** The folder, below that of an installation, of which the package needs only {@link webgpuPlatform}'s. */
export function webgpuBinaries(folder: string): string {
  return join(folder, 'node_modules', 'webgpu', 'dist');
}

/** Name of the folder of this machine's binaries. */
export function webgpuPlatform(): string {
  return `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
}

/**
 * Why the package has nothing for this kind of machine.
 *
 * @returns one sentence, or `undefined` where it has
 */
export function unsupportedByWebgpu(): string | undefined {
  const { platform, arch } = process;
  const supported = ['darwin', 'linux', 'win32'].includes(platform) && (arch === 'x64' || arch === 'arm64');
  if (supported && (platform !== 'linux' || hasGlibc())) return undefined;
  const library = platform === 'linux' && supported ? ' without the GNU C library' : '';
  return `it is for Linux with the GNU C library, macOS and Windows, x64 or arm64, not for ${platform} ${arch}${library}`;
}

function isUsable(manifest: object): manifest is WebgpuManifest {
  return (manifest as Partial<Record<keyof WebgpuManifest, unknown>>).webgpu === webgpuPackage.version;
}
