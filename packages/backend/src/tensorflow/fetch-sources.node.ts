import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildTools } from './build-tools.node.ts';
import { createDownloadMeter } from './download-meter.node.ts';
import {
  extractLibraries,
  extractPackage,
  extractTensorflowWheel,
  type ExtractedWheel,
} from './extract-archives.node.ts';
import type { InstallProgress } from '../install/install-progress.ts';
import { CommandError, runCommand } from '../install/run-command.node.ts';
import type { TensorflowVariant } from './tensorflow-installation.node.ts';

/** What the steps of an installation share. */
export interface Fetching {
  /** Folder in which the installation grows. */
  readonly partial: string;
  readonly tools: BuildTools;
  readonly variant: TensorflowVariant;
  readonly report: (step: InstallProgress['step'], message: string, bytes?: InstallProgress['bytes']) => void;
  readonly signal: AbortSignal | undefined;
}

/** TensorFlow's libraries and the headers of its C interface. */
export interface FetchedLibraries {
  readonly libraries: string;
  readonly headers: string;
}

/** Sources of the addon. */
export interface FetchedSources {
  /** Folder of tfjs-node's package, as far as it is needed. */
  readonly source: string;
  /** Folder of Node's native interface's headers. */
  readonly nodeHeaders: string;
  readonly version: string;
}

/** Releases whose C interface and ops the kernels are tested with. */
const tensorflowRelease = '~=2.21.0';
/** A Python for which that release has wheels, where the user's own is too new or too old: the libraries are the same. */
const wheelPython = '3.12';

const npmPackages = {
  tfjsNode: {
    name: '@tensorflow/tfjs-node',
    version: '4.22.0',
    integrity:
      'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
    files: String.raw`package\.json|dist/(nodejs_kernel_backend|int64_tensors|register_all_kernels)\.js|dist/kernels/\w+\.js|binding/\w+\.(cc|h)`,
  },
  nodeApiHeaders: {
    name: 'node-api-headers',
    version: '1.9.0',
    integrity:
      'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
    files: String.raw`include/\w+\.h`,
  },
} as const;

/** Downloads TensorFlow's wheel and takes out what is needed, unless an earlier run has done so. */
export async function fetchLibraries(fetching: Fetching): Promise<FetchedLibraries> {
  const { partial, tools, variant, report, signal } = fetching;
  const deps = join(partial, 'deps');
  if (!existsSync(deps)) {
    const building = join(partial, 'deps.tmp');
    await rm(building, { recursive: true, force: true });
    // Only x86 has a package without CUDA's kernels; the others' plain one has none.
    const name = variant === 'cpu' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
    const wheel = await downloadWheel(fetching, `${name}${tensorflowRelease}`);
    report('extract', 'taking the libraries and headers out of the wheel, checking them');
    const extracted = await extractTensorflowWheel(tools.python, wheel, building, signal);
    if (variant === 'gpu') await fetchCuda(fetching, extracted, join(building, 'lib'));
    await strip(fetching, join(building, 'lib'));
    await rename(building, deps);
  }
  await rm(join(partial, 'wheel'), { recursive: true, force: true });
  return { libraries: join(deps, 'lib'), headers: join(deps, 'include') };
}

/** Downloads the addon's sources, unless an earlier run has done so. */
export async function fetchSources(fetching: Fetching): Promise<FetchedSources> {
  const { partial } = fetching;
  const source = join(partial, 'package');
  const napi = join(partial, 'napi');
  await fetchPackage(fetching, npmPackages.tfjsNode, source);
  await fetchPackage(fetching, npmPackages.nodeApiHeaders, napi);
  return { source, nodeHeaders: join(napi, 'include'), version: npmPackages.tfjsNode.version };
}

async function fetchPackage(
  { partial, tools, report, signal }: Fetching,
  wanted: (typeof npmPackages)[keyof typeof npmPackages],
  target: string,
): Promise<void> {
  if (existsSync(target)) return;
  const spec = `${wanted.name}@${wanted.version}`;
  report('download', `downloading ${spec} with npm`);
  const downloads = join(partial, 'npm');
  await rm(downloads, { recursive: true, force: true });
  await mkdir(downloads);
  await runCommand(
    tools.npm,
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', downloads, spec],
    { signal },
  );
  const tarball = await onlyFile(downloads, '.tgz', spec);
  const digest = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (`sha512-${digest}` !== wanted.integrity) {
    throw new CommandError(`${spec} from npm does not have the expected checksum ${wanted.integrity}`);
  }
  const building = `${target}.tmp`;
  await rm(building, { recursive: true, force: true });
  await extractPackage(tools.python, tarball, building, wanted.files, signal);
  await rename(building, target);
  await rm(downloads, { recursive: true, force: true });
}

async function fetchCuda(fetching: Fetching, { cudaRequirements }: ExtractedWheel, target: string) {
  for (const requirement of cudaRequirements) {
    const wheel = await downloadWheel(fetching, requirement);
    await extractLibraries(fetching.tools.python, wheel, target, fetching.signal);
    await rm(wheel);
  }
}

/** The wheel of a requirement, downloaded by pip, which checks it against its index. */
async function downloadWheel(fetching: Fetching, requirement: string): Promise<string> {
  const folder = join(fetching.partial, 'wheel', requirement.replaceAll(/[^\w.-]+/g, '-'));
  if (!existsSync(folder)) {
    // pip writes in place, so that only a folder with its final name has a whole wheel.
    const downloading = `${folder}.tmp`;
    await rm(downloading, { recursive: true, force: true });
    await mkdir(downloading, { recursive: true });
    fetching.report('download', `asking pip for ${requirement}`);
    await pipDownload(fetching, requirement, downloading);
    await rename(downloading, folder);
  }
  return onlyFile(folder, '.whl', requirement);
}

async function pipDownload(
  { tools, report, signal }: Fetching,
  requirement: string,
  folder: string,
): Promise<void> {
  // Also because the system's folder of temporary files may be too small for gigabytes.
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const meter = createDownloadMeter(temporary, (bytes) => report('download', `pip: ${requirement}`, bytes));
  const onLine = (line: string) => {
    if (/^\s*Downloading \S+\.whl/.test(line)) report('download', `pip: ${line.trim()}`);
    meter.readLine(line);
  };
  const download = (extra: readonly string[]) =>
    runCommand(
      tools.python,
      [
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir'],
        ...['--disable-pip-version-check', '--no-input', '--progress-bar=off', '-d', folder],
        ...extra,
        requirement,
      ],
      { signal, onLine, environment: { ...process.env, TMPDIR: temporary } },
    );
  try {
    await download([]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // pip says each time that it tries again, and in the end that there is no such package.
    const unreachable = /connection broken by '?"?(\w+)/.exec(error.message);
    if (unreachable) {
      throw new CommandError(
        `pip cannot reach its package index (${unreachable[1]}) for ${requirement}; check the network and pip's ` +
          'settings ("pip config list", PIP_INDEX_URL, proxy)',
        { cause: error },
      );
    }
    if (!error.message.includes('No matching distribution')) throw error;
    await download([`--python-version=${wheelPython}`]);
  } finally {
    meter.stop();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Takes out what only a debugger needs, a quarter of the libraries; where that fails, they stay as they are. */
async function strip({ tools, signal }: Fetching, folder: string): Promise<void> {
  if (tools.strip === undefined) return;
  for (const name of await readdir(folder)) {
    if (!name.startsWith('libtensorflow')) continue;
    try {
      await runCommand(tools.strip, ['--strip-unneeded', join(folder, name)], { signal });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
}

async function onlyFile(folder: string, ending: string, wanted: string): Promise<string> {
  const found = (await readdir(folder)).filter((name) => name.endsWith(ending));
  if (found.length !== 1) throw new CommandError(`expected one ${ending} for ${wanted}, got ${found.length}`);
  return join(folder, found[0] ?? '');
}
