// Generates both sides of the calls of kernels from kernel-table.mjs.

import { kernelTable, records } from './kernel-table.mjs';

/** Words for which a slot of assembly/threads.ts has room. */
const mostWords = 60;

const header = '// Made by scripts/calling-convention.mjs from scripts/kernel-table.mjs.\n';
const assemblyTypes = { address: 'usize', bytes: 'usize', int: 'i32', flag: 'i32', float: 'f32' };
const types = { address: 'number', bytes: 'number', int: 'number', flag: 'boolean', float: 'number' };

const kernels = Object.entries(kernelTable).flatMap(([file, functions]) =>
  Object.entries(functions).map(([name, kernel]) => ({ file, name, passes: [], ...kernel })),
);
const jobs = [...new Set(kernels.map(({ job }) => job))];

checkTable();

function checkTable() {
  const layouts = [...jobs, ...records].map(({ name }) => name);
  for (const names of [kernels.map(({ name }) => name), layouts]) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw new Error(`kernel-table: ${twice} stands twice`);
  }
  for (const { name, words } of [...jobs, ...records]) {
    const unknown = Object.entries(words).find(([, type]) => !(type in types));
    if (unknown) throw new Error(`kernel-table: ${name}.${unknown[0]} has an unknown type: ${unknown[1]}`);
  }
  const long = jobs.find(({ words }) => Object.keys(words).length > mostWords);
  if (long) throw new Error(`kernel-table: ${long.name} has more than ${mostWords} words`);
}

/** Classes over the words of jobs and records, for `changetype`. */
export function assemblyJobs() {
  const classes = [...jobs, ...records].map(({ name, words }) => {
    const fields = Object.entries(words).map(([word, type]) => `  ${word}: ${assemblyTypes[type]};\n`);
    return `@unmanaged\nexport class ${name} {\n${fields.join('')}}\n`;
  });
  return `${header}\n${classes.join('\n')}`;
}

/** `runChunk`, which calls a kernel by its number. */
export function assemblyDispatch() {
  const imports = Object.entries(kernelTable).map(
    ([file, functions]) => `import { ${Object.keys(functions).join(', ')} } from './${file}';\n`,
  );
  const cases = kernels.map(({ name, job, passes }, id) => {
    const call = [`changetype<${job.name}>(job)`, 'start', 'end', ...passes].join(', ');
    return `    case ${id}:\n      ${name}(${call});\n      break;\n`;
  });
  return `${header}
import { ${jobs.map(({ name }) => name).join(', ')} } from './jobs.generated';
${imports.join('')}
/** Does chunk \`chunk\` of \`chunks\` equal parts of \`items\`. */
export function runChunk(kernel: i32, job: usize, chunk: i32, chunks: i32, items: i32, thread: i32): void {
  const start = <i32>((<i64>items * chunk) / chunks);
  const end = <i32>((<i64>items * (chunk + 1)) / chunks);
  switch (kernel) {
${cases.join('')}    default:
      unreachable();
  }
}
`;
}

/** Types of jobs and records, and what writes them into memory. */
export function typescriptJobs() {
  const interfaces = [...jobs, ...records].map(({ name, words }) => {
    const fields = Object.entries(words).map(([word, type]) => `  readonly ${word}: ${types[type]};\n`);
    return `export interface ${name} {\n${fields.join('')}}\n`;
  });
  const writers = [...jobs, ...records].map((layout) => {
    const { name, words } = layout;
    const lines = Object.entries(words).map(
      ([word, type], index) => `  ${statement(word, type, index * 4)}\n`,
    );
    const scope = records.includes(layout) ? 'export ' : '';
    return `${scope}function write${name}(view: DataView, at: number, job: ${name}): void {\n${lines.join('')}}\n`;
  });
  const sizes = records.map(
    ({ name, words }) =>
      `/** Of a {@link ${name}}. */\nexport const bytesOf${name} = ${Object.keys(words).length * 4};\n`,
  );
  const jobsByKernel = kernels.map(({ name, job }) => `  readonly ${name}: ${job.name};\n`);
  const entries = kernels.map(({ name, job }, id) => `  ${name}: { id: ${id}, write: write${job.name} },\n`);
  return `${header}
${interfaces.join('\n')}
/** What each kernel is told. */
export interface KernelJobs {
${jobsByKernel.join('')}}

${sizes.join('')}
${writers.join('\n')}
/** Number of each kernel, and what writes its job. */
export const kernelCalls: {
  readonly [Name in keyof KernelJobs]: {
    readonly id: number;
    readonly write: (view: DataView, at: number, job: KernelJobs[Name]) => void;
  };
} = {
${entries.join('')}};
`;
}

function statement(word, type, offset) {
  const place = offset === 0 ? 'at' : `at + ${offset}`;
  if (type === 'float') return `view.setFloat32(${place}, job.${word}, true);`;
  return `view.setInt32(${place}, ${type === 'flag' ? `job.${word} ? 1 : 0` : `job.${word}`}, true);`;
}
