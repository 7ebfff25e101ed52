import { isUserError } from '@ssl/errors';
import { CommanderError } from 'commander';
import { isDebugging } from './streams.node.ts';
import type { TextStream } from './text-stream.ts';

/**
 * Says on one line what went wrong.
 *
 * @returns the exit status: 2 for the user's mistake, 1 for a failure while running; 0 where nothing went wrong
 * (commander ends `--help` and `--version` by an error)
 */
export function reportFailure(error: unknown, stream: TextStream): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    stream.write(`${describeCommanderError(error)}\n`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  stream.write(`ssl: ${oneLine(message)}\n`);
  if (isDebugging() && error instanceof Error) stream.write(`${error.stack}\n`);
  return isUserError(error) ? 2 : 1;
}

function describeCommanderError(error: CommanderError): string {
  // The help that a missing command brings is commander's message then.
  if (error.code === 'commander.help') return 'ssl: no command given; "ssl --help" lists them';
  return `ssl: ${oneLine(error.message.replace(/^error: /, ''))}; "ssl --help" and "ssl COMMAND --help" list what is valid`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
