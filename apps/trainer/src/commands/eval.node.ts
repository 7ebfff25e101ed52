import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleRange, type Dataset } from '@ssl/data';
import { unknownNameError } from '@ssl/errors';
import { writeSafetensors } from '@ssl/models';
import { drawExamples } from '@ssl/train';
import type { Command } from 'commander';
import { embedImages } from '../evaluation/embed-images.node.ts';
import { evaluateRun } from '../evaluation/evaluate-run.node.ts';
import { openEvaluationData } from '../evaluation/evaluation-data.node.ts';
import { evaluationTable } from '../evaluation/evaluation-table.ts';
import { drawExamplesSheet, exampleTexts } from '../evaluation/examples-sheet.node.ts';
import { protocolNames, type Evaluation, type ProtocolName } from '../evaluation/evaluation.ts';
import { writeAtomically } from '../files/write-atomically.node.ts';
import { addBackendOptions } from '../options/backend-options.ts';
import { commaSeparated, wholeNumber } from '../options/parsers.ts';
import { loadRun, type BackendOptions, type LoadedRun } from '../run/load-run.node.ts';
import { formatNumber } from '../terminal/format.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.node.ts';
import { writeReport } from './report.node.ts';

/** Options of `ssl eval` as commander gives them. */
interface EvalOptions extends BackendOptions {
  readonly data?: string;
  readonly protocols?: readonly string[];
  readonly seed?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `ssl eval RUN`: scores what a run has learned. */
export function addEvalCommand(program: Command): void {
  const command = program
    .command('eval')
    .description('score what a run has learned, beside baselines, and write its report')
    .argument('<run>', 'a run folder')
    .option('--data <path>', 'images to score on (default: those of the run)')
    .option('--protocols <list>', `any of ${protocolNames.join(',')} (default: all)`, commaSeparated)
    .option('--seed <n>', 'for splits, samples, k-means and the map (default: 0)', wholeNumber('--seed', 0))
    .option('--strict', 'make an error of images that would be skipped with a warning');
  addBackendOptions(command).action(async (run: string, options: EvalOptions) => {
    const terminal = createTerminal(options);
    const evaluation = await evaluateFolder(run, options, terminal);
    terminal.document({ run, ...evaluation });
    sayEvaluation(evaluation, terminal);
    terminal.say(`Report: ${await writeReport(run)}`);
  });
}

/**
 * Evaluates a run and writes `eval.json`, `embeddings.safetensors`, `atlas.png` or `previews.json` (whatever the samples
 * are shown as) and, where the method shows any, `examples.png` and `examples.json` into its folder.
 *
 * @throws UserError for an unknown protocol, a folder that is no run, and data that cannot be opened
 */
export async function evaluateFolder(
  directory: string,
  options: EvalOptions,
  terminal: Terminal,
): Promise<Evaluation> {
  const protocols = checkProtocols(options.protocols ?? protocolNames);
  const seed = options.seed ?? 0;
  const run = await loadRun(directory, options, terminal);
  try {
    const { source, samples } = run.description.dataset;
    const range = sampleRange(samples);
    const data = await openEvaluationData(options.data ?? source, seed, {
      ...(range && { range }),
      strict: options.strict ?? false,
      onWarning: (line) => terminal.note(`Warning: ${line}`),
    });
    try {
      const { evaluation, outputs } = await evaluateRun(run, data, { protocols, seed }, terminal);
      terminal.note('Laying out the map of features.');
      const embeddings = await embedImages(data.test, outputs, seed);
      const described: Evaluation = {
        ...evaluation,
        protocol: { ...evaluation.protocol, embeddings: embeddings.description },
      };
      await writeAtomically(
        join(directory, 'embeddings.safetensors'),
        writeSafetensors(embeddings.tensors, embeddings.metadata),
      );
      if (embeddings.atlas) await writeAtomically(join(directory, 'atlas.png'), embeddings.atlas);
      await writeOrRemove(
        join(directory, 'previews.json'),
        embeddings.previews && JSON.stringify(embeddings.previews),
      );
      await writeExamples(run, data.test, seed);
      await writeAtomically(join(directory, 'eval.json'), `${JSON.stringify(described, null, 2)}\n`);
      sayMetrics(run, described, terminal);
      return described;
    } finally {
      await data.close();
    }
  } finally {
    run.dispose();
  }
}

/** Writes a file, or removes what an earlier evaluation left of it. */
async function writeOrRemove(path: string, content: string | undefined): Promise<void> {
  if (content === undefined) await rm(path, { force: true });
  else await writeAtomically(path, content);
}

/** The method's own metrics on the test samples, in words. */
function sayMetrics({ description }: LoadedRun, { results }: Evaluation, terminal: Terminal): void {
  for (const [name, value] of Object.entries(results.metrics)) {
    const { title = name, unit } = description.metrics[name] ?? {};
    terminal.say(`Test ${title}: ${formatNumber(value)}${unit === undefined ? '' : ` ${unit}`}`);
  }
}

/** Draws what the method shows of a few test samples, where it shows anything: as pictures, or as texts. */
async function writeExamples(run: LoadedRun, dataset: Dataset, seed: number): Promise<void> {
  const { directory } = run;
  const rows = await drawExamples({ run: run.run, dataset, seed });
  const sheet = await drawExamplesSheet(rows);
  const description = sheet?.description ?? exampleTexts(rows);
  if (description === undefined) return;
  if (sheet) await writeAtomically(join(directory, 'examples.png'), sheet.png);
  await writeAtomically(join(directory, 'examples.json'), `${JSON.stringify(description, null, 2)}\n`);
}

/** The scores as a table; where there are no labels, how the classes are used. */
export function sayEvaluation({ protocol, ...scores }: Evaluation, terminal: Terminal): void {
  const table = evaluationTable({ protocol, ...scores });
  const { testImages, trainImages, name } = protocol.data;
  terminal.say(`\n${name}: ${testImages} images scored; ${trainImages} to learn from.`);
  if (table !== '') terminal.say(`\n${table}\n`);
  const { classUsage } = scores.results;
  if (table === '' && classUsage) {
    const { classesUsed, classes, smallest, largest } = classUsage;
    terminal.say(
      `No labels, so nothing to score: ${classesUsed} of ${classes} classes are used, with ${smallest} to ${largest} images.`,
    );
  }
}

function checkProtocols(names: readonly string[]): readonly ProtocolName[] {
  for (const name of names) {
    if (!protocolNames.includes(name as ProtocolName))
      throw unknownNameError('protocol', name, protocolNames);
  }
  return names as readonly ProtocolName[];
}
