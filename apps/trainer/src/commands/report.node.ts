import { join } from 'node:path';
import type { Command } from 'commander';
import { writeAtomically } from '../files/write-atomically.node.ts';
import { loadReportInputs } from '../report/load-report-inputs.node.ts';
import { renderReport } from '../report/render-report.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** `ssl report RUN`: one self-contained HTML file. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('write report.html of a run: curves, scores, classes, neighbours, a map')
    .argument('<run>', 'a run folder')
    .option('--json', 'one JSON document on standard output')
    .action(async (run: string, options: { readonly json?: boolean }) => {
      const terminal = createTerminal(options);
      const report = await writeReport(run);
      terminal.document({ run, report });
      terminal.say(`Report: ${report}`);
    });
}

/**
 * Writes a run's report.
 *
 * @returns the file's path
 * @throws UserError if the folder is no run, or a file in it is damaged
 */
export async function writeReport(run: string): Promise<string> {
  const path = join(run, 'report.html');
  await writeAtomically(path, renderReport(await loadReportInputs(run)));
  return path;
}
