import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@ssl/errors';
import { buildAddon, checkAddon } from './build-addon.node.ts';
import { findBuildTools, unsupportedMachine, type BuildTools } from './build-tools.node.ts';
import { fetchLibraries, fetchSources, type Fetching } from './fetch-sources.node.ts';
import type { InstallProgress } from '../install/install-progress.ts';
import { withInstallLock } from '../install/install-lock.node.ts';
import { finishInstallation, installationFolder } from '../install/installation.node.ts';
import { requireSpace } from '../install/require-space.node.ts';
import { backendHome } from '../install/backend-home.node.ts';
import {
  installationLayout,
  readInstallation,
  type TensorflowManifest,
  type TensorflowVariant,
} from './tensorflow-installation.node.ts';

/** Options of {@link installTensorflow}. */
export interface InstallTensorflowOptions {
  /** With CUDA: several GB instead of one. Default: false. */
  readonly gpu?: boolean;
  /** Default: `backendHome('tensorflow')`. */
  readonly home?: string;
  /** Python whose pip downloads. Default: `python3` from the path. */
  readonly python?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
}

/** A finished installation. */
export interface InstalledTensorflow extends TensorflowManifest {
  readonly folder: string;
}

/** Free disk space that building needs, more than what stays: the wheel is there beside what is taken out of it. */
const neededBytes: Readonly<Record<TensorflowVariant, number>> = { cpu: 1.6e9, gpu: 9e9 };

/**
 * Puts native TensorFlow into the user's cache, from where `loadTensorflowBackend` takes it.
 *
 * For machines where `npm install @tensorflow/tfjs-node` cannot download its library, or gets one too old for the
 * processor or GPU. Downloads TensorFlow's wheel (274 MB for the CPU) by pip, so that the user's own index
 * settings hold, and tfjs-node's sources (0.3 MB) by npm, compiles the addon against the wheel's libraries, tries
 * it in a process of its own, and keeps only what running it needs (640 MB for the CPU). pip checks the wheel
 * against its index, the files taken from it are checked against the wheel's own list, npm's packages against
 * checksums in this package.
 *
 * Does nothing where it is installed already. What an interrupted run has finished, the next one uses; the
 * installation appears in one step when all is done, so that an older one works until then.
 *
 * @throws UserError one line, where something is missing (a program, disk space, a supported machine) or another
 * installation runs
 * @throws Error one line, where a download or the build fails
 */
export async function installTensorflow(
  options: InstallTensorflowOptions = {},
): Promise<InstalledTensorflow> {
  const { gpu = false, home = backendHome('tensorflow'), python, onProgress, signal } = options;
  const variant: TensorflowVariant = gpu ? 'gpu' : 'cpu';
  const report: Fetching['report'] = (step, message, bytes) =>
    onProgress?.({ step, message, ...(bytes && { bytes }) });
  const existing = await readInstallation(home);
  if (existing?.variant === variant) {
    report('done', `TensorFlow ${existing.tensorflow} (${variant}) is installed already`);
    return { ...existing, folder: installationFolder(home) };
  }
  report('check', 'looking for Python, pip, a C++ compiler and npm');
  const tools = await requireTools(python);
  await mkdir(home, { recursive: true });
  return withInstallLock(home, async () => {
    await requireSpace('installTensorflow', home, neededBytes[variant]);
    const partial = join(home, `partial-${variant}`);
    await mkdir(partial, { recursive: true });
    const fetching: Fetching = { partial, tools, variant, report, signal };
    return install(home, fetching);
  });
}

async function install(home: string, fetching: Fetching): Promise<InstalledTensorflow> {
  const { partial, variant, report, tools, signal } = fetching;
  const fetched = await attempt(async () => {
    const libraries = await fetchLibraries(fetching);
    const sources = await fetchSources(fetching);
    report('compile', 'compiling the addon, about 15 s');
    const addon = await buildAddon({ compiler: tools.compiler, ...libraries, ...sources, signal });
    report('verify', 'trying the addon in a process of its own');
    return { tensorflow: await checkAddon(addon, signal), tfjsNode: sources.version };
  });
  const manifest: TensorflowManifest = {
    layout: installationLayout,
    variant,
    ...fetched,
    platform: process.platform,
    arch: process.arch,
  };
  // What only building needed goes; what stays is already in its place.
  for (const spent of ['deps/include', 'napi', 'package/binding', 'wheel']) {
    await rm(join(partial, spent), { recursive: true, force: true });
  }
  const folder = await finishInstallation(home, partial, manifest);
  report('done', `TensorFlow ${manifest.tensorflow} (${variant}) is installed in ${folder}`);
  return { ...manifest, folder };
}

async function requireTools(python: string | undefined): Promise<BuildTools> {
  const unsupported = unsupportedMachine();
  if (unsupported !== undefined) throw new UserError(`installTensorflow: ${unsupported}`);
  const tools = await findBuildTools({ python });
  if (typeof tools === 'string') throw new UserError(`installTensorflow: ${tools}`);
  return tools;
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CommandError') throw error;
    throw new Error(
      `installTensorflow: ${error.message.replaceAll('\n', ' | ')}; run it again to go on from there`,
      { cause: error },
    );
  }
}
