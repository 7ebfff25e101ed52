import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the manifest of every installation says of what it was made for. */
export interface InstallationManifest {
  /** Raised whenever the layout changes, so that older installations are made anew. */
  readonly layout: number;
  readonly platform: string;
  readonly arch: string;
}

/** Folder of a backend's finished installation below its home; it appears in one step. */
export function installationFolder(home: string): string {
  return join(home, 'installed');
}

/**
 * What `manifest.json` of the finished installation below `home` says.
 *
 * @returns `undefined` where there is none, or one of another layout, platform or processor
 */
export async function readManifest(home: string, layout: number): Promise<object | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(join(installationFolder(home), 'manifest.json'), 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const manifest = parsed as Partial<Record<keyof InstallationManifest, unknown>>;
  const usable =
    manifest.layout === layout && manifest.platform === process.platform && manifest.arch === process.arch;
  return usable ? parsed : undefined;
}

/**
 * Makes a finished folder the installation, in place of an older one, which works until then.
 *
 * @param partial folder below `home`
 * @returns the folder of the installation
 */
export async function finishInstallation(
  home: string,
  partial: string,
  manifest: InstallationManifest,
): Promise<string> {
  await writeFile(join(partial, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const folder = installationFolder(home);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return folder;
}
