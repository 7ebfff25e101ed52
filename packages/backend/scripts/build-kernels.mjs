// Generates both sides of the calls of kernels (calling-convention.mjs), then compiles assembly/ to WebAssembly: for
// memory of one thread and for shared memory, each with and without relaxed SIMD. The binaries become base64 in a
// TypeScript module: nothing to fetch, in Node or in any bundler.
import asc from 'assemblyscript/asc';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assemblyDispatch, assemblyJobs, typescriptJobs } from './calling-convention.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const sectionsThatTouchMemory = { 6: 'globals', 8: 'a start function', 9: 'a table', 11: 'data' };

/** The kernels live in the memory of TensorFlow.js's own module: data or globals of theirs would land on its. */
function checkSections(binary, name) {
  let at = 8;
  while (at < binary.length) {
    const section = binary[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (section in sectionsThatTouchMemory) {
      throw new Error(`${name}: the module has ${sectionsThatTouchMemory[section]} (section ${section})`);
    }
    at += size;
  }
}

async function compile(name, entry, flags) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      entry,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--use',
      'abort=',
      '--enable',
      'simd',
      '--outFile',
      `${name}.wasm`,
      ...flags,
    ],
    {
      readFile: undefined,
      writeFile: (file, contents) => {
        if (file.endsWith('.wasm')) binary = contents;
      },
    },
  );
  if (error) throw new Error(`${stderr.toString()}\n${error.message}`);
  checkSections(binary, name);
  return Buffer.from(binary).toString('base64');
}

process.chdir(folder);
mkdirSync('src/wasm', { recursive: true });
writeFileSync('assembly/jobs.generated.ts', assemblyJobs());
writeFileSync('assembly/dispatch.generated.ts', assemblyDispatch());
writeFileSync('src/wasm/kernel-jobs.generated.ts', typescriptJobs());
const sharedFlags = [
  '--enable',
  'threads',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
];
const relaxedFlags = ['--enable', 'relaxed-simd'];
const binaries = {
  plain: await compile('kernels', 'assembly/index.ts', []),
  plainRelaxed: await compile('kernels-relaxed', 'assembly/index.ts', relaxedFlags),
  shared: await compile('kernels-shared', 'assembly/index-shared.ts', sharedFlags),
  sharedRelaxed: await compile('kernels-shared-relaxed', 'assembly/index-shared.ts', [
    ...sharedFlags,
    ...relaxedFlags,
  ]),
};
const entries = Object.entries(binaries).map(([name, text]) => `  ${name}:\n    '${text}',\n`);
writeFileSync(
  'src/wasm/kernel-binaries.generated.ts',
  `// Made by scripts/build-kernels.mjs from assembly/.\nexport const kernelBinaries = {\n${entries.join('')}};\n`,
);
