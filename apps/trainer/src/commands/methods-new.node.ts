import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { UserError } from '@ssl/errors';
import type { Command } from 'commander';
import { methodTemplate, methodTestTemplate } from '../methods/method-template.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** `ssl methods new NAME`: a method to start from, and its test. */
export function addNewMethodCommand(methods: Command): void {
  methods
    .command('new')
    .description('write a commented method file and its test, to make a method of your own from')
    .argument('<name>', 'in kebab-case, e.g. my-method')
    .option('--json', 'one JSON document on standard output')
    .action(async (name: string, _options: unknown, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<{ json?: boolean }>());
      if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
        throw new UserError(`ssl methods new ${name}: expected a name in kebab-case, such as my-method`);
      }
      const files = { [`${name}.ts`]: methodTemplate(name), [`${name}.test.ts`]: methodTestTemplate(name) };
      for (const path of Object.keys(files)) {
        if (existsSync(path))
          throw new UserError(`${path} exists already; choose another name, or move it away`);
      }
      for (const [path, text] of Object.entries(files)) await writeFile(path, text, { flag: 'wx' });
      terminal.document({ files: Object.keys(files) });
      terminal.say(`Wrote ${Object.keys(files).join(' and ')}.`);
      terminal.say(`Check it: ${commandLine(['methods', 'check', `./${name}.ts`])}`);
      terminal.say(`Train it: ${commandLine(['train', '--method', `./${name}.ts`, '--data', 'PATH'])}`);
    });
}
