import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@ssl/errors';
import { backendHome } from '../install/backend-home.node.ts';
import { findNpm, type Npm } from '../install/find-npm.node.ts';
import { withInstallLock } from '../install/install-lock.node.ts';
import type { InstallProgress } from '../install/install-progress.ts';
import { finishInstallation, installationFolder } from '../install/installation.node.ts';
import { requireSpace } from '../install/require-space.node.ts';
import { CommandError, runCommand } from '../install/run-command.node.ts';
import {
  readWebgpuInstallation,
  unsupportedByWebgpu,
  webgpuBinaries,
  webgpuLayout,
  webgpuModule,
  webgpuPackage,
  webgpuPlatform,
  type WebgpuManifest,
} from './webgpu-installation.node.ts';

/** Options of {@link installWebgpu}. */
export interface InstallWebgpuOptions {
  /** Default: `backendHome('webgpu')`. */
  readonly home?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
}

/** A finished installation. */
export interface InstalledWebgpu extends WebgpuManifest {
  readonly folder: string;
}

/** Free disk space that installing needs: npm's copy of the archive, and what is in it. */
const neededBytes = 0.3e9;

const spec = `webgpu@${webgpuPackage.version}`;

/** What npm says where it does not reach a registry. */
const networkCodes =
  /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)$/;

/**
 * Puts Dawn, the WebGPU of Chromium, into the user's cache, from where `useBackend('webgpu')` takes it.
 *
 * Downloads the npm package `webgpu` (51 MB) by the user's own npm, so that the user's registry and proxy settings
 * hold, runs none of its scripts, checks it against a checksum in this package, keeps only the binaries of this
 * platform (about 21 MB on Linux and macOS, up to 39 MB on Windows), and tries them in a process of its own.
 *
 * Does nothing where it is installed already. The installation appears in one step when all is done; where it
 * fails or is stopped nothing is left over.
 *
 * @throws UserError one line, where something is missing (a supported platform, npm, the network, disk space),
 * another installation runs, or what npm gave is damaged or does not load
 */
export async function installWebgpu(options: InstallWebgpuOptions = {}): Promise<InstalledWebgpu> {
  const { home = backendHome('webgpu'), onProgress, signal } = options;
  const report = (step: InstallProgress['step'], message: string): void => onProgress?.({ step, message });
  const existing = await readWebgpuInstallation(home);
  if (existing) {
    report('done', `${spec} is installed already`);
    return { ...existing, folder: installationFolder(home) };
  }
  const unsupported = unsupportedByWebgpu();
  if (unsupported !== undefined) throw new UserError(`installWebgpu: ${unsupported}`);
  const npm = findNpm();
  if (!npm) {
    throw new UserError(
      'installWebgpu: npm is missing; it comes with Node from https://nodejs.org, elsewhere as a package "npm"',
    );
  }
  await mkdir(home, { recursive: true });
  try {
    return await withInstallLock(home, async () => {
      await requireSpace('installWebgpu', home, neededBytes);
      const partial = join(home, 'partial');
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial);
      try {
        report('download', `downloading ${spec} with npm: 51 MB, unpacked 132 MB, of which a part stays`);
        await download(npm, partial, signal);
        await keepOwnBinaries(partial);
        report('verify', 'trying it in a process of its own');
        await tryToLoad(partial, signal);
        const { platform, arch } = process;
        const manifest = { layout: webgpuLayout, webgpu: webgpuPackage.version, platform, arch };
        const folder = await finishInstallation(home, partial, manifest);
        report('done', `${spec} is installed in ${folder}`);
        return { ...manifest, folder };
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
    });
  } finally {
    // Fails where there is an installation, which then stays.
    await rmdir(home).catch(() => undefined);
  }
}

async function download(npm: Npm, partial: string, signal: AbortSignal | undefined): Promise<void> {
  const args = [
    ...[...npm.args, 'install', '--prefix', partial, '--silent', '--json'],
    ...['--ignore-scripts', '--no-audit', '--no-fund', '--install-strategy=hoisted'],
    // Else npm tries for more than a minute where there is no network.
    ...['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000', spec],
  ];
  try {
    await runCommand(npm.command, args, { cwd: partial, signal });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`installWebgpu: ${whyNpmFailed(error.message)}`, { cause: error });
  }
  if ((await downloadedIntegrity(partial)) !== webgpuPackage.integrity) {
    throw new UserError(
      `installWebgpu: ${spec} from npm does not have the expected checksum ${webgpuPackage.integrity}`,
    );
  }
}

/** One line from what npm wrote, which is JSON as far as npm came. */
function whyNpmFailed(message: string): string {
  const [, code] = /"code": "(\w+)"/.exec(message) ?? [];
  const [, summary] = /"summary": "([^"\\]*)/.exec(message) ?? [];
  if (code !== undefined && networkCodes.test(code)) {
    return `npm cannot reach its registry (${code}) for ${spec}; check the network and npm's registry and proxy settings`;
  }
  return `npm cannot install ${spec}: ${summary ?? message.replaceAll(/\s*\n\s*/g, ' | ')}`;
}

/** The checksum that npm has found the archive to have. */
async function downloadedIntegrity(partial: string): Promise<string | undefined> {
  try {
    const lock = JSON.parse(await readFile(join(partial, 'node_modules', '.package-lock.json'), 'utf8')) as {
      packages?: Readonly<Record<string, { integrity?: string }>>;
    };
    return lock.packages?.['node_modules/webgpu']?.integrity;
  } catch {
    return undefined;
  }
}

async function keepOwnBinaries(partial: string): Promise<void> {
  const binaries = webgpuBinaries(partial);
  for (const name of await readdir(binaries)) {
    if (name !== webgpuPlatform()) await rm(join(binaries, name), { recursive: true });
  }
}

async function tryToLoad(partial: string, signal: AbortSignal | undefined): Promise<void> {
  const program = `await import(${JSON.stringify(pathToFileURL(webgpuModule(partial)).href)})`;
  try {
    await runCommand(process.execPath, ['--input-type=module', '--eval', program], { signal });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const [, reason = error.message.replaceAll('\n', ' | ')] = /^\w*Error: (.*)$/m.exec(error.message) ?? [];
    throw new UserError(`installWebgpu: ${spec} does not load on this machine: ${reason}`, { cause: error });
  }
}
