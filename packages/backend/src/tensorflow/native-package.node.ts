import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installationFolder } from '../install/installation.node.ts';
import { unsupportedMachine } from './build-tools.node.ts';
import { installedAddon, readInstallation } from './tensorflow-installation.node.ts';

/** A tfjs-node on this machine: its JavaScript and its addon. */
export interface NativePackage {
  /** `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`; tfjs-node itself asks for the name. */
  readonly name: string;
  /** Folder that has `dist/`. */
  readonly folder: string;
  readonly addon: string;
  /** Whether it is the project's own (else from the user's cache). */
  readonly own: boolean;
}

/** What was found, best first, and why something that could have been used is not among it. */
export interface NativePackageSearch {
  readonly packages: readonly NativePackage[];
  readonly reasons: readonly string[];
}

const packageNames = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * Looks for tfjs-node: installed in the project (the GPU package first), then in the user's cache.
 *
 * @param project folder whose `node_modules` (and those above it) are searched
 * @param home see `backendHome`
 */
export async function findNativePackages(project: string, home: string): Promise<NativePackageSearch> {
  const packages: NativePackage[] = [];
  const reasons: string[] = [];
  const anchors = [join(project, 'package.json'), fileURLToPath(import.meta.url)];
  for (const name of packageNames) {
    const folder = packageFolder(name, anchors);
    if (folder === undefined) continue;
    const addon = stockAddon(folder);
    if (addon === undefined) {
      reasons.push(`${name} is in the project, but its addon is not (its install script did not succeed)`);
    } else {
      packages.push({ name, folder, addon, own: true });
    }
  }
  const manifest = await readInstallation(home);
  if (manifest) {
    const folder = join(installationFolder(home), 'package');
    const name = manifest.variant === 'gpu' ? packageNames[0] : packageNames[1];
    packages.push({ name, folder, addon: installedAddon(folder), own: false });
  } else {
    reasons.push(unsupportedMachine() ?? 'it is not installed ("ssl backend install tensorflow" does that)');
  }
  return { packages, reasons };
}

function packageFolder(name: string, anchors: readonly string[]): string | undefined {
  for (const anchor of anchors) {
    try {
      return dirname(createRequire(anchor).resolve(`${name}/package.json`));
    } catch {
      // Not to be seen from there.
    }
  }
  return undefined;
}

/** The addon of a stock tfjs-node, which is built or downloaded once for each version of Node's native interface. */
function stockAddon(folder: string): string | undefined {
  const { napi } = process.versions;
  for (let version = Math.min(Number(napi ?? 8), supportedNapi(folder)); version >= 3; version--) {
    const addon = join(folder, 'lib', `napi-v${version}`, 'tfjs_binding.node');
    if (existsSync(addon)) return addon;
  }
  return undefined;
}

function supportedNapi(folder: string): number {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    binary?: { napi_versions?: readonly number[] };
  };
  return Math.max(3, ...(manifest.binary?.napi_versions ?? []));
}
