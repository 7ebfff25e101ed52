import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import type { Command } from 'commander';
import { describeSettings } from '../options/describe-settings.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';
import { renderTable } from '../terminal/table.ts';

/** `ssl methods [NAME]`: what can be trained, and a method's options. */
export function addMethodsCommand(program: Command): void {
  program
    .command('methods')
    .description('list the methods, or the options of one')
    .argument('[name]', 'a method, e.g. self-classifier')
    .option('--json', 'one JSON document on standard output')
    .action((name: string | undefined, options: { json?: boolean }) => {
      const terminal = createTerminal(options);
      if (name === undefined) listMethods(terminal);
      else showMethod(terminal, getMethod(name));
    });
}

function listMethods(terminal: Terminal): void {
  const all = methodNames.map((name) => getMethod(name));
  terminal.document(all.map(summarise));
  if (terminal.json) return;
  for (const method of all) {
    terminal.say(`${method.name}\n  ${method.description}`);
    if (method.paper) terminal.say(`  ${paperLine(method)}`);
    const presets = Object.keys(method.presets ?? {});
    if (presets.length > 0) terminal.say(`  presets: ${presets.join(', ')}`);
  }
  terminal.say('\nOptions of one: ssl methods NAME');
}

function showMethod(terminal: Terminal, method: AnyMethod): void {
  const options = describeSettings(method.options);
  terminal.document({ ...summarise(method), options });
  if (terminal.json) return;
  terminal.say(`${method.name}: ${method.description}`);
  if (method.paper) terminal.say(paperLine(method));
  terminal.say(`\nOptions, each set by --set NAME=VALUE or under "methodOptions" in a config file:\n`);
  terminal.say(
    options
      .map(({ name, type, range, default: initial, description }) => {
        const figures = [type, range, initial === '' ? '' : `default ${initial}`].filter(
          (part) => part !== '',
        );
        return `  ${name} (${figures.join('; ')})${description === '' ? '' : `\n      ${description}`}`;
      })
      .join('\n'),
  );
  const presets = Object.entries(method.presets ?? {});
  if (presets.length === 0) return;
  terminal.say('\nPresets, each taken by --preset NAME:\n');
  terminal.say(
    renderTable(
      ['preset', 'what for'],
      presets.map(([name, preset]) => [name, preset.description]),
    ),
  );
}

function summarise(method: AnyMethod): Readonly<Record<string, unknown>> {
  const { name, description, paper } = method;
  const presets = Object.entries(method.presets ?? {}).map(([preset, { description: what }]) => ({
    name: preset,
    description: what,
  }));
  return { name, description, ...(paper && { paper }), presets };
}

function paperLine({ paper }: AnyMethod): string {
  return paper === undefined ? '' : `${paper.authors}, "${paper.title}", ${paper.venue}, ${paper.url}`;
}
