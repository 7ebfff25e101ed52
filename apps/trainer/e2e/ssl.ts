import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
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
}

/** Starts `ssl` with these arguments in `cwd`. */
export function start(cwd: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return { process: child, outcome };
}

/** Runs `ssl` to its end. */
export function ssl(cwd: string, args: readonly string[]): Promise<Outcome> {
  return start(cwd, args).outcome;
}

/** CIFAR-10's folder where this machine has it (`SSL_TEST_DATA`, or beside the repository), else the generated set. */
export function testData(): string {
  const beside = fileURLToPath(new URL('../../../../shared/data/cifar-10', import.meta.url));
  const candidates = [process.env['SSL_TEST_DATA'], beside];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? 'generated:shapes';
}
