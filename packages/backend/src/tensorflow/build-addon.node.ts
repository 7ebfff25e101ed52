import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FetchedLibraries, FetchedSources } from './fetch-sources.node.ts';
import { runCommand } from '../install/run-command.node.ts';
import { captureAddon, captureAddonSource } from './stderr-capture.node.ts';
import { installedAddon } from './tensorflow-installation.node.ts';

/** Inputs of {@link buildAddon}. */
export interface AddonSources extends FetchedLibraries, FetchedSources {
  readonly compiler: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Compiles tfjs-node's addon, and the small one that keeps it quiet while it loads, unless an earlier run has.
 *
 * Straight with the compiler instead of node-gyp: it is two files, and this way neither Node's own headers nor
 * make are needed. Both use Node's stable native interface only, so that one build serves every version of Node.
 *
 * @returns path of tfjs-node's addon
 */
export async function buildAddon(sources: AddonSources): Promise<string> {
  const { compiler, libraries, headers, source, nodeHeaders, signal } = sources;
  const addon = installedAddon(source);
  if (existsSync(addon)) return addon;
  await mkdir(dirname(addon), { recursive: true });
  const compile = async (target: string, args: readonly string[]) => {
    const common = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', `-I${nodeHeaders}`];
    await runCommand(compiler, [...common, ...args, '-o', `${target}.tmp`], { signal });
    await rename(`${target}.tmp`, target);
  };
  const captureSource = join(source, 'binding', 'stderr_capture.cc');
  await writeFile(captureSource, captureAddonSource);
  await compile(captureAddon(source), ['-DNODE_GYP_MODULE_NAME=stderr_capture', captureSource]);
  await compile(addon, [
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    `-I${headers}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(source, 'binding', file)),
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((file) => join(libraries, file)),
    // The old kind of run path also holds for what TensorFlow loads later on, such as CUDA's libraries.
    ...['-Wl,--disable-new-dtags', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ]);
  return addon;
}

/** Loads an addon in a process of its own and gives TensorFlow's version. */
export async function checkAddon(addon: string, signal?: AbortSignal): Promise<string> {
  const program = 'process.stdout.write(require(process.argv[1]).TF_Version)';
  return runCommand(process.execPath, ['-e', program, addon], {
    environment: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' },
    signal,
  });
}
