import { spawn } from 'node:child_process';

/** How to run a command. */
export interface RunCommandOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Ends the command when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Gets each line of standard output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A command that could not be started or that failed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/**
 * Runs a program without a shell and gives what it wrote to standard output.
 *
 * @throws CommandError where it cannot be started or exits with another status than 0; the message ends with the
 * last lines it wrote
 * @throws the signal's reason where it was aborted
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<string> {
  const { cwd, environment = process.env, signal, onLine } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment },
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let complaints = '';
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (!onLine) return;
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach((line) => onLine(line));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaints += chunk;
    });
    child.on('error', (error) => {
      reject(
        signal?.aborted
          ? (signal.reason as Error)
          : new CommandError(`${command} cannot be run: ${error.message}`, { cause: error }),
      );
    });
    child.on('close', (status, killedBy) => {
      if (onLine && rest !== '') onLine(rest);
      if (status === 0) return resolve(output);
      const said = lastLines(complaints.trim() === '' ? output : complaints);
      reject(new CommandError(`${command} failed (${killedBy ?? `status ${status}`}): ${said}`));
    });
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
