import { useBackend } from '@ssl/backend/node';
import { UserError } from '@ssl/errors';
import { methodContract } from '@ssl/train/testing';
import type { Command } from 'commander';
import { methodOptionsOf } from '../options/train-request.node.ts';
import { collect } from '../options/parsers.ts';
import { loadMethod } from '../methods/load-method.node.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** `ssl methods check METHOD`: the contract that every method holds. */
export function addCheckMethodCommand(methods: Command): void {
  methods
    .command('check')
    .description('try a method on noise: gradients, leaks, repeatability, checkpoints')
    .argument('<method>', 'a file such as ./my-method.ts, a package, or a method of the library')
    .option('--set <key=value>', 'one option of the method; may be repeated', collect)
    .option('--json', 'one JSON document on standard output')
    .action(async (name: string, { set = [] }: { set?: readonly string[] }, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<{ json?: boolean }>());
      const { method } = await loadMethod(name);
      const options = methodOptionsOf(method, set);
      await useBackend('wasm', { threads: 1 });
      const results: { readonly check: string; readonly fault?: string }[] = [];
      for (const { name: check, run } of methodContract(method, { options })) {
        try {
          await run();
          results.push({ check });
          terminal.say(`✓ ${check}`);
        } catch (error) {
          const fault = error instanceof Error ? error.message : String(error);
          results.push({ check, fault });
          terminal.say(`✗ ${check}\n    ${fault}`);
        }
      }
      terminal.document({ method: method.name, checks: results });
      const failed = results.filter(({ fault }) => fault !== undefined).length;
      if (failed > 0) throw new UserError(`${name}: ${failed} of ${results.length} checks failed`);
    });
}
