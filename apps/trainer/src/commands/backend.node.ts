import { installTensorflow, removeTensorflow, tensorflowStatus } from '@ssl/backend/node';
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

const jsonHelp = 'one JSON document on standard output, everything else on standard error';

/** `ssl backend`: what can compute here, and installing or removing what does not come with the package. */
export function addBackendCommand(program: Command): void {
  const command = program
    .command('backend')
    .description('list what can compute here; install or remove native TensorFlow');
  command
    .command('list', { isDefault: true })
    .description('what can compute here, fastest first')
    .option('--json', jsonHelp)
    .action(list);
  command
    .command('install')
    .description('build native TensorFlow into your cache folder: downloads 274 MB, takes 640 MB of disk')
    .argument('<name>', 'tensorflow')
    .option('--gpu', 'with CUDA, for NVIDIA GPUs: downloads about 3 GB')
    .option('--python <path>', 'the Python whose pip downloads (default: python3 from the path)')
    .option('--json', jsonHelp)
    .addHelpText(
      'after',
      `
Needs Python 3 with pip, a C++ compiler and npm; says what is missing before it downloads anything. pip fetches
TensorFlow's wheel, so your own index settings hold; npm fetches the sources of @tensorflow/tfjs-node. All of it
is checked against checksums. What an interrupted installation has finished is kept: run it again to go on.
"ssl backend remove tensorflow" takes everything away. SSL_HOME names another folder than your cache's.`,
    )
    .action(install);
  command
    .command('remove')
    .description('remove native TensorFlow from your cache folder')
    .argument('<name>', 'tensorflow')
    .option('--json', jsonHelp)
    .action(remove);
}

async function list(options: JsonOption): Promise<void> {
  const terminal = createTerminal(options);
  const backends = listBackends(await tensorflowStatus());
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
  const terminal = createTerminal(options);
  const reporter = createInstallReporter(terminal);
  const stop = createStopSignal(() => terminal.note('Stopping; what is finished is kept.'));
  try {
    const installed = await installTensorflow({
      gpu: options.gpu ?? false,
      ...(options.python !== undefined && { python: options.python }),
      onProgress: reporter.update,
      signal: stop.signal,
    });
    reporter.end();
    terminal.document(installed);
    terminal.say(`TensorFlow ${installed.tensorflow} (${installed.variant}) is in ${installed.folder}`);
    terminal.say(
      `"--backend auto" takes it from now on; ${commandLine(['bench'])} compares, ` +
        `${commandLine(['backend', 'remove', 'tensorflow'])} removes it.`,
    );
  } catch (error) {
    reporter.end();
    if (!stop.signal.aborted) throw error;
    const again = ['backend', 'install', name, ...(options.gpu ? ['--gpu'] : [])];
    terminal.note(`Stopped. To go on from there: ${commandLine(again)}`);
    process.exitCode = stop.status() ?? 1;
  } finally {
    stop.dispose();
  }
}

async function remove(name: string, options: JsonOption): Promise<void> {
  requireInstallable(name);
  const terminal = createTerminal(options);
  const { home } = await tensorflowStatus();
  const removed = await removeTensorflow();
  terminal.document({ removed, home });
  terminal.say(
    removed
      ? `Removed native TensorFlow from ${home}`
      : `Nothing to remove: ${home} holds no TensorFlow that "ssl backend install" put there`,
  );
}

/** @throws UserError for anything but `tensorflow` */
function requireInstallable(name: string): void {
  if (name === 'tensorflow') return;
  if (['wasm', 'cpu', 'webgpu'].includes(name)) {
    throw new UserError(`backend ${name}: nothing to install or remove, only tensorflow is kept apart`);
  }
  throw unknownNameError('backend', name, ['tensorflow']);
}
