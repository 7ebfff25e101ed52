import {
  backendHome,
  installTensorflow,
  installWebgpu,
  removeTensorflow,
  removeWebgpu,
  tensorflowStatus,
  webgpuStatus,
  type InstallProgress,
} from '@ssl/backend/node';
import { unknownNameError, UserError } from '@ssl/errors';
import type { Command } from 'commander';
import { listBackends } from '../machine/list-backends.node.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createInstallReporter } from '../terminal/install-reporter.ts';
import { createStopSignal } from '../terminal/stop-signal.node.ts';
import { renderTable } from '../terminal/table.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface InstallOptions extends JsonOption {
  readonly gpu?: boolean;
  readonly python?: string;
}

/** What an installation is told of the command that it runs for. */
interface Installing extends InstallOptions {
  readonly onProgress: (progress: InstallProgress) => void;
  readonly signal: AbortSignal;
}

/** A backend that is kept in the user's cache. */
interface Installable {
  /** For people, e.g. in `Removed … from the cache`. */
  readonly label: string;
  /** Installs it; gives the installation for `--json` and one line about it. */
  readonly install: (options: Installing) => Promise<readonly [object, string]>;
  readonly remove: () => Promise<boolean>;
  /** What becomes of an installation that is stopped. */
  readonly stopping: string;
  /** When `--backend auto` takes it. */
  readonly taken: string;
}

const installables: Readonly<Record<'tensorflow' | 'webgpu', Installable>> = {
  tensorflow: {
    label: 'native TensorFlow',
    install: async ({ gpu = false, python, onProgress, signal }) => {
      const installed = await installTensorflow({
        ...{ gpu, onProgress, signal },
        ...(python !== undefined && { python }),
      });
      const { tensorflow, variant, folder } = installed;
      return [installed, `TensorFlow ${tensorflow} (${variant}) is in ${folder}`];
    },
    remove: removeTensorflow,
    stopping: 'Stopping; what is finished is kept.',
    taken: '"--backend auto" takes it from now on',
  },
  webgpu: {
    label: 'WebGPU',
    install: async ({ gpu, python, onProgress, signal }) => {
      if (gpu !== undefined || python !== undefined) {
        throw new UserError('backend webgpu: --gpu and --python are for tensorflow only');
      }
      const installed = await installWebgpu({ onProgress, signal });
      return [installed, `webgpu ${installed.webgpu} is in ${installed.folder}`];
    },
    remove: removeWebgpu,
    stopping: 'Stopping; nothing is kept.',
    taken: `"--backend auto" takes it where it finds a graphics adapter and there is no native TensorFlow`,
  },
};

const jsonHelp = 'one JSON document on standard output, everything else on standard error';

/** `ssl backend`: what can compute here, and installing or removing what does not come with the package. */
export function addBackendCommand(program: Command): void {
  const command = program
    .command('backend')
    .description('list what can compute here; install or remove native TensorFlow or WebGPU');
  command
    .command('list', { isDefault: true })
    .description('what can compute here, in the order in which "auto" looks')
    .option('--json', jsonHelp)
    .action(list);
  command
    .command('install')
    .description('put native TensorFlow or WebGPU into your cache folder')
    .argument('<name>', 'tensorflow (downloads 274 MB, keeps 640 MB) or webgpu (51 MB, keeps 21 to 39 MB)')
    .option('--gpu', 'tensorflow with CUDA, for NVIDIA GPUs: downloads about 3 GB')
    .option('--python <path>', 'the Python whose pip downloads tensorflow (default: python3 from the path)')
    .option('--json', jsonHelp)
    .addHelpText(
      'after',
      `
tensorflow needs Python 3 with pip, a C++ compiler and npm; says what is missing before it downloads anything. pip
fetches TensorFlow's wheel, so your own index settings hold; npm fetches the sources of @tensorflow/tfjs-node. What
an interrupted installation has finished is kept: run it again to go on.

webgpu needs npm, which fetches the package "webgpu" (Dawn, the WebGPU of Chromium), and a driver for Vulkan, Metal
or Direct3D 12. It computes on graphics processors of any make.

All of it is checked against checksums. "ssl backend remove" takes everything away. SSL_HOME names another folder
than your cache's.`,
    )
    .action(install);
  command
    .command('remove')
    .description('remove native TensorFlow or WebGPU from your cache folder')
    .argument('<name>', 'tensorflow or webgpu')
    .option('--json', jsonHelp)
    .action(remove);
}

async function list(options: JsonOption): Promise<void> {
  const terminal = createTerminal(options);
  const backends = listBackends(await tensorflowStatus(), await webgpuStatus());
  terminal.document(backends);
  if (terminal.json) return;
  terminal.say(
    renderTable(
      ['backend', 'here', ''],
      backends.map(({ name, available, description }) => [name, available ? 'yes' : 'no', description]),
    ),
  );
}

async function install(name: string, options: InstallOptions): Promise<void> {
  requireInstallable(name);
  const installable = installables[name];
  const terminal = createTerminal(options);
  const reporter = createInstallReporter(terminal);
  const stop = createStopSignal(() => terminal.note(installable.stopping));
  try {
    const [installed, line] = await installable.install({
      ...options,
      onProgress: reporter.update,
      signal: stop.signal,
    });
    reporter.end();
    terminal.document(installed);
    terminal.say(line);
    terminal.say(
      `${installable.taken}; ${commandLine(['bench'])} compares, ` +
        `${commandLine(['backend', 'remove', name])} removes it.`,
    );
  } catch (error) {
    reporter.end();
    if (!stop.signal.aborted) throw error;
    const again = ['backend', 'install', name, ...(options.gpu ? ['--gpu'] : [])];
    terminal.note(`Stopped. To go on: ${commandLine(again)}`);
    process.exitCode = stop.status() ?? 1;
  } finally {
    stop.dispose();
  }
}

async function remove(name: string, options: JsonOption): Promise<void> {
  requireInstallable(name);
  const { label, remove: removeIt } = installables[name];
  const terminal = createTerminal(options);
  const home = backendHome(name);
  const removed = await removeIt();
  terminal.document({ removed, home });
  terminal.say(
    removed
      ? `Removed ${label} from ${home}`
      : `Nothing to remove: ${home} holds nothing that "ssl backend install" put there`,
  );
}

/** @throws UserError for what is not kept in the cache */
function requireInstallable(name: string): asserts name is keyof typeof installables {
  if (Object.hasOwn(installables, name)) return;
  if (['wasm', 'cpu'].includes(name)) {
    throw new UserError(`backend ${name}: nothing to install or remove, it comes with the package`);
  }
  throw unknownNameError('backend', name, Object.keys(installables));
}
