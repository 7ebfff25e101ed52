// Installs the dependencies and builds the packages, where that is not done yet: all that `npm run demo`,
// `npm test` and `npm run ssl` need. Needs Node, npm and the npm registry, nothing else.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = [20, 19];
// As npm does for its scripts: turbo looks for pnpm there, also where Node runs a script of this folder by itself.
process.env.PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);

/**
 * Runs a program in the workspace's root; ends this process with its status if it fails.
 *
 * @returns what it printed where `stdio` is `pipe`: then that is shown only if it fails
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    encoding: 'utf8',
    maxBuffer: Infinity,
    ...options,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env },
  });
  if (result.error) fail(`${command}: ${result.error.message}`);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    process.exit(result.status ?? 1);
  }
  return result.stdout;
}

/** Path of a program that a development dependency brought along. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(2);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(`Node ${oldestNode.join('.')} or newer is needed, this is ${process.versions.node}: see nodejs.org`);
  }
}

/** Installs with the very pnpm that package.json names; npm fetches it, so that no one has to install it. */
function install() {
  const stamp = join(root, 'node_modules', '.installed');
  const state = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(process.versions.modules)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stderr.write(`Installing the dependencies with ${packageManager} …\n`);
  const options = ['--frozen-lockfile', '--reporter=append-only', '--loglevel=error'];
  run('npx', ['--yes', '--loglevel=error', packageManager, 'install', ...options]);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, state);
}

/** Builds what changed since the last build (turbo keeps the account); says so only if there is something. */
function build() {
  const turbo = ['run', 'build', '--output-logs=errors-only', '--log-order=grouped', '--log-prefix=none'];
  const plan = run(tool('turbo'), [...turbo, '--dry-run=json'], { stdio: 'pipe' });
  // The plan lists a task for every package, also for those that have no such script.
  const tasks = JSON.parse(plan).tasks.filter(({ command }) => command !== '<NONEXISTENT>');
  const isUpToDate = tasks.every(({ cache }) => cache.status === 'HIT');
  if (!isUpToDate) process.stderr.write('Building what changed …\n');
  run(tool('turbo'), turbo, { stdio: 'pipe' });
}

export function setUp() {
  checkNode();
  install();
  build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
