import { delimiter, dirname, join } from 'node:path';
import { findProgram } from './find-program.node.ts';

/** How to run npm: a program, and what comes before npm's own arguments. */
export interface Npm {
  readonly command: string;
  readonly args: readonly string[];
}

/** The user's own npm, from the path or from beside Node. */
export function findNpm(): Npm | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...path, dirname(process.execPath)];
  if (process.platform !== 'win32') {
    const command = findProgram(['npm'], folders);
    return command === undefined ? undefined : { command, args: [] };
  }
  // The command there is a script that only a shell runs; this is what the script runs.
  const script = findProgram([join('node_modules', 'npm', 'bin', 'npm-cli.js')], folders);
  return script === undefined ? undefined : { command: process.execPath, args: [script] };
}
