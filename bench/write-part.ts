import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeProcessor } from './run-program.ts';

const file = fileURLToPath(new URL('RESULTS.md', import.meta.url));

/**
 * Prints a part of the results; writes it, unless `print` says so, into `RESULTS.md` between its marks
 * `<!-- NAME -->` and `<!-- /NAME -->`. The rest of the file stays as it is, so that parts can be measured one by one.
 *
 * @param how what follows the machine and the date, e.g. `3 rounds of 10 steps`
 * @throws Error if the file has no such marks
 */
export async function writePart(
  name: string,
  how: string,
  tables: readonly string[],
  { print }: { readonly print: boolean },
): Promise<void> {
  const machine = `${describeProcessor()}, Node ${process.versions.node}`;
  const part = [`${machine}, ${new Date().toISOString().slice(0, 10)}; ${how}.`, ...tables].join('\n\n');
  process.stdout.write(`${part}\n\n`);
  if (print) return;
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [head, tail] = [text.indexOf(begin), text.indexOf(end)];
  if (head < 0 || tail < head) throw new Error(`RESULTS.md: expected the marks ${begin} and ${end}`);
  const written = `${text.slice(0, head + begin.length)}\n\n${part}\n\n${text.slice(tail)}`;
  writeFileSync(file, await format(written, { ...(await resolveConfig(file)), filepath: file }));
}
