import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command. */
const bin = fileURLToPath(new URL('../bin/ssl.js', import.meta.url));

/** What a finished command left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Waits until standard error has this text, or the command has ended. */
  saying(text: string): Promise<void>;
}

/** How to start a command. */
export interface StartOptions {
  /** Largest file that it may write, in KiB: stands for a disk without room. */
  readonly fileLimitKibibytes?: number;
  /** Variables to set beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `ssl` with these arguments in `cwd`. */
export function start(cwd: string, args: readonly string[], options: StartOptions = {}): Running {
  const limit = options.fileLimitKibibytes;
  const [program, before] =
    limit === undefined
      ? [process.execPath, [bin]]
      : ['bash', ['-c', `ulimit -f ${limit}; exec "$@"`, 'bash', process.execPath, bin]];
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.environment };
  // The commands that it advises are told by how it was started: not by this test.
  delete env['npm_lifecycle_event'];
  const child = spawn(program, [...before, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return {
    process: child,
    outcome,
    saying: async (text) => {
      const said = new Promise<void>((resolve) => {
        const look = (): void => {
          if (stderr.includes(text)) resolve();
        };
        look();
        child.stderr.on('data', look);
      });
      await Promise.race([said, outcome]);
    },
  };
}

/** Runs `ssl` to its end. */
export function ssl(cwd: string, args: readonly string[], options?: StartOptions): Promise<Outcome> {
  return start(cwd, args, options).outcome;
}

/** Runs `ssl … --json` to its end, and reads the one document on its standard output. */
export async function sslJson<Document>(
  cwd: string,
  args: readonly string[],
  options?: StartOptions,
): Promise<Document> {
  const { status, stdout, stderr } = await ssl(cwd, [...args, '--json'], options);
  if (status !== 0) throw new Error(`ssl ${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Document;
}

/** Options of a run that takes a second: a tiny network on tiny images, on the backend that every machine has. */
export const tiny: readonly string[] = [
  ...['--backend', 'wasm', '--threads', '1', '--workers', '1', '--image-size', '16', '--batch-size', '32'],
  ...['--set', 'backbone.width=4', '--set', 'hiddenDim=16', '--set', 'outDim=8', '--set', 'classes=4,10'],
];
