// Writes the scores in bench/results into the tables of the README, or checks that they stand there:
//
//     node bench/render-methods.mjs [--check]
//
// The files of bench/results/TABLE, which bench/methods-table.mjs --results writes, are the rows of the table between
// the marks <!-- TABLE --> and <!-- /TABLE -->: the row of a method's name is filled in the columns whose titles are
// known, or added at the end. Rows without a file and other columns stay as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { rowOf, scoreColumns, spread } from './method-scores.mjs';

const readmePath = fileURLToPath(new URL('../README.md', import.meta.url));
const resultsPath = fileURLToPath(new URL('results', import.meta.url));
const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const before = readFileSync(readmePath, 'utf8');
let text = before;
for (const table of readdirSync(resultsPath)) {
  const [begin, end] = [`<!-- ${table} -->`, `<!-- /${table} -->`];
  const [head, tail] = [text.indexOf(begin), text.indexOf(end)];
  if (head < 0 || tail < head) throw new Error(`README.md: expected the marks ${begin} and ${end}`);
  const rows = fillRows(parseRows(text.slice(head + begin.length, tail)), readResults(table));
  text = `${text.slice(0, head + begin.length)}\n\n${rows.map(rowOf).join('\n')}\n\n${text.slice(tail)}`;
}
text = await format(text, { ...(await resolveConfig(readmePath)), filepath: readmePath });

if (options.check && text !== before) {
  console.error('README.md differs from bench/results; run "node bench/render-methods.mjs"');
  process.exitCode = 1;
} else if (!options.check) {
  writeFileSync(readmePath, text);
}

function readResults(table) {
  const folder = `${resultsPath}/${table}`;
  return readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
}

/** The cells of a table's lines: its header, the rule below it, its rows. */
function parseRows(markdown) {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function fillRows([header, ...rows], results) {
  for (const { method, seeds } of results) {
    const name = `\`${method}\``;
    let row = rows.find(([title]) => title === name);
    if (row === undefined) rows.push((row = header.map((_, at) => (at === 0 ? name : ''))));
    // The first column of a title: a title comes again where another program's scores stand beside ours.
    const fill = (title, cell) => header.includes(title) && (row[header.indexOf(title)] = cell);
    for (const { name: score, title } of scoreColumns) {
      fill(
        title,
        spread(
          seeds.map(({ scores }) => scores[score]),
          '',
        ),
      );
    }
    fill('steps', String(seeds[0].step));
    fill('seeds', String(seeds.length));
  }
  return [header, ...rows];
}
