import { getModality, modalityNames } from '@ssl/augment';
import { backboneKinds } from '@ssl/models';
import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import { trainConfigSchema, trainingPresets } from '@ssl/train';
import type { Command } from 'commander';
import { z } from 'zod';
import { loadMethod } from '../methods/load-method.node.ts';
import { describeSettings, type SettingDescription } from '../options/describe-settings.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';
import { addCheckMethodCommand } from './methods-check.node.ts';
import { addNewMethodCommand } from './methods-new.node.ts';

/** `ssl methods [NAME]`: what can be trained, and a method's options. */
export function addMethodsCommand(program: Command): void {
  const methods = program
    .command('methods')
    .description('list the methods, or the options of one')
    .argument('[name]', 'a method, e.g. self-classifier, or a file of your own, ./my-method.ts')
    .option('--training', 'the settings of training, which all methods share')
    .option('--json', 'one JSON document on standard output')
    .action(async (name: string | undefined, options: { training?: boolean; json?: boolean }) => {
      const terminal = createTerminal(options);
      if (options.training) showTraining(terminal);
      else if (name === undefined) listMethods(terminal);
      else showMethod(terminal, (await loadMethod(name)).method);
    });
  addNewMethodCommand(methods);
  addCheckMethodCommand(methods);
}

function listMethods(terminal: Terminal): void {
  const all = methodNames.map((name) => getMethod(name));
  terminal.document(all.map(summarise));
  if (terminal.json) return;
  for (const method of all) {
    terminal.say(`${method.name}\n  ${method.description}`);
    if (method.paper) terminal.say(`  ${paperLine(method)}`);
    const options = describeSettings(method.options).map(({ name, default: initial, range }) => {
      const bounds = range === '' ? '' : ` (${range})`;
      return `${name} = ${initial === '' ? '–' : initial}${bounds}`;
    });
    if (options.length > 0) terminal.say(`  options: ${options.join(', ')}`);
    const presets = Object.keys({ ...trainingPresets, ...method.presets });
    if (presets.length > 0) terminal.say(`  presets: ${presets.join(', ')}`);
  }
  terminal.say(
    `\nWhat its options mean: ${commandLine(['methods', 'NAME'])}. A method of your own: ${commandLine(['methods', 'new', 'NAME'])}`,
  );
}

function showMethod(terminal: Terminal, method: AnyMethod): void {
  terminal.document({
    ...summarise(method),
    schema: z.toJSONSchema(method.options, { io: 'input', unrepresentable: 'any' }),
  });
  if (terminal.json) return;
  terminal.say(`${method.name}: ${method.description}`);
  if (method.paper) terminal.say(paperLine(method));
  terminal.say(`\nOptions, each set by --set NAME=VALUE or under "methodOptions" in a config file:\n`);
  terminal.say(formatOptions(method));
  sayPresets(terminal, { ...trainingPresets, ...method.presets });
}

/** A method's options as lines for people: type, range, default, meaning. */
export function formatOptions(method: AnyMethod): string {
  const options = describeSettings(method.options);
  return options.length === 0 ? '  (none)' : options.map(formatSetting).join('\n');
}

function showTraining(terminal: Terminal): void {
  const hidden = ['method', 'methodOptions'];
  const settings = describeSettings(trainConfigSchema).filter(({ name }) => !hidden.includes(name));
  const backbones = backboneKinds.map(({ name, description, options }) => ({
    name,
    description,
    options: describeSettings(options),
  }));
  const inputs = modalityNames().map((name) => ({
    modality: name,
    options: describeSettings(getModality(name).inputOptions),
  }));
  terminal.document({ settings, backbones, inputs, presets: describePresets(trainingPresets) });
  if (terminal.json) return;
  terminal.say('Settings of training, each set by --set NAME=VALUE or in a config file:\n');
  terminal.say(settings.map(formatSetting).join('\n'));
  terminal.say('\nBackbones, with the settings of each under "backbone", such as --set backbone.width=32:\n');
  for (const { name, description, options } of backbones) {
    terminal.say([`  ${name}: ${description}`, ...options.map(formatSetting).map(indent)].join('\n'));
  }
  terminal.say('\nSettings of what the network takes, under "input", such as --set input.size=32:\n');
  for (const { modality, options } of inputs) {
    if (options.length === 0) continue;
    terminal.say([`  ${modality}`, ...options.map(formatSetting).map(indent)].join('\n'));
  }
  sayPresets(terminal, trainingPresets);
}

function formatSetting({ name, type, range, default: initial, description }: SettingDescription): string {
  const figures = [type, range, initial === '' ? '' : `default ${initial}`].filter((part) => part !== '');
  return `  ${name} (${figures.join('; ')})${description === '' ? '' : `\n      ${description}`}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
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
  const options = describeSettings(method.options);
  return { name, description, ...(paper && { paper }), presets, options };
}

function paperLine({ paper }: AnyMethod): string {
  return paper === undefined ? '' : `${paper.authors}, "${paper.title}", ${paper.venue}, ${paper.url}`;
}
