import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import { trainConfigSchema, trainingPresets } from '@ssl/train';
import type { Command } from 'commander';
import { describeSettings, type SettingDescription } from '../options/describe-settings.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';

/** `ssl methods [NAME]`: what can be trained, and a method's options. */
export function addMethodsCommand(program: Command): void {
  program
    .command('methods')
    .description('list the methods, or the options of one')
    .argument('[name]', 'a method, e.g. self-classifier')
    .option('--training', 'the settings of training, which all methods share')
    .option('--json', 'one JSON document on standard output')
    .action((name: string | undefined, options: { training?: boolean; json?: boolean }) => {
      const terminal = createTerminal(options);
      if (options.training) showTraining(terminal);
      else if (name === undefined) listMethods(terminal);
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
    const presets = Object.keys({ ...trainingPresets, ...method.presets });
    if (presets.length > 0) terminal.say(`  presets: ${presets.join(', ')}`);
  }
  terminal.say(`\nOptions of one: ${commandLine(['methods', 'NAME'])}`);
}

function showMethod(terminal: Terminal, method: AnyMethod): void {
  const options = describeSettings(method.options);
  terminal.document({ ...summarise(method), options });
  if (terminal.json) return;
  terminal.say(`${method.name}: ${method.description}`);
  if (method.paper) terminal.say(paperLine(method));
  terminal.say(`\nOptions, each set by --set NAME=VALUE or under "methodOptions" in a config file:\n`);
  terminal.say(options.map(formatSetting).join('\n'));
  sayPresets(terminal, { ...trainingPresets, ...method.presets });
}

function showTraining(terminal: Terminal): void {
  const hidden = ['method', 'methodOptions'];
  const settings = describeSettings(trainConfigSchema).filter(({ name }) => !hidden.includes(name));
  terminal.document({ settings, presets: describePresets(trainingPresets) });
  if (terminal.json) return;
  terminal.say('Settings of training, each set by --set NAME=VALUE or in a config file:\n');
  terminal.say(settings.map(formatSetting).join('\n'));
  sayPresets(terminal, trainingPresets);
}

function formatSetting({ name, type, range, default: initial, description }: SettingDescription): string {
  const figures = [type, range, initial === '' ? '' : `default ${initial}`].filter((part) => part !== '');
  return `  ${name} (${figures.join('; ')})${description === '' ? '' : `\n      ${description}`}`;
}

type Presets = Readonly<Record<string, { readonly description: string }>>;

function sayPresets(terminal: Terminal, presets: Presets): void {
  const rows = describePresets(presets);
  if (rows.length === 0) return;
  terminal.say('\nPresets, each taken by --preset NAME:\n');
  for (const { name, description } of rows) terminal.say(`  ${name}\n      ${description}`);
}

function describePresets(
  presets: Presets,
): readonly { readonly name: string; readonly description: string }[] {
  return Object.entries(presets).map(([name, { description }]) => ({ name, description }));
}

function summarise(method: AnyMethod): Readonly<Record<string, unknown>> {
  const { name, description, paper } = method;
  const presets = describePresets({ ...trainingPresets, ...method.presets });
  return { name, description, ...(paper && { paper }), presets };
}

function paperLine({ paper }: AnyMethod): string {
  return paper === undefined ? '' : `${paper.authors}, "${paper.title}", ${paper.venue}, ${paper.url}`;
}
