import type { Command } from 'commander';
import { wholeNumber } from './parsers.ts';

/**
 * Options of every command that computes.
 *
 * @param backends which backend computes where none is asked for
 */
export function addBackendOptions(command: Command, backends = 'auto'): Command {
  return command
    .option('--backend <name>', `auto, tensorflow, webgpu, wasm or cpu (default: ${backends})`)
    .option('--threads <n>', 'threads that compute (default: by the machine)', wholeNumber('--threads', 1))
    .option('--json', 'one JSON document on standard output, everything else on standard error');
}
