import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const names = readdirSync(join(root, 'packages'));

/** A README's library example, as a reader would copy it. */
function readmeExample(readme = 'README.md'): string {
  const block = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, readme), 'utf8'))?.[1];
  if (block === undefined) throw new Error(`${readme} has no \`\`\`ts block`);
  return block;
}

/** The example as plain JavaScript: Node 20 takes no types. */
function withoutTypes(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

describe('the packages, packed and installed in an empty project', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'ssl-packed-'));
  const project = join(scratch, 'project');

  beforeAll(() => {
    const tarballs = [
      ...names.map((name) => join(root, 'packages', name)),
      join(root, 'apps', 'trainer'),
    ].map((folder) => {
      const before = new Set(readdirSync(scratch));
      execFileSync(join(root, 'node_modules', '.bin', 'pnpm'), ['pack', '--pack-destination', scratch], {
        cwd: folder,
        stdio: 'pipe',
      });
      const made = readdirSync(scratch).find((file) => !before.has(file) && file.endsWith('.tgz'));
      if (made === undefined) throw new Error(`${folder}: nothing was packed`);
      return join(scratch, made);
    });
    mkdirSync(project);
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'empty', private: true, type: 'module' }),
    );
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], {
      cwd: project,
      stdio: 'pipe',
    });
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  function runScript(file: string, source: string): string {
    writeFileSync(join(project, file), source);
    return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
  }

  it.each(names)('@ssl/%s can be imported', (name) => {
    const exported = JSON.parse(
      runScript('import.mjs', `console.log(JSON.stringify(Object.keys(await import('@ssl/${name}'))))`),
    ) as string[];
    expect(exported.length).toBeGreaterThan(0);
  });

  it('ships neither tests nor fixtures', () => {
    const files = names.flatMap((name) =>
      readdirSync(join(project, 'node_modules', '@ssl', name), { recursive: true, encoding: 'utf8' }),
    );
    expect(files.filter((file) => /\.test\.|\.testing\.|fixtures/.test(file))).toEqual([]);
  });

  it('brings one copy of TensorFlow.js', () => {
    const listing = execFileSync('npm', ['ls', '@tensorflow/tfjs-core', '--all', '--parseable'], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(new Set(listing.trim().split('\n')).size).toBe(1);
  });

  it('runs the README’s example', () => {
    const output = runScript('example.mjs', readmeExample());
    expect(output).toMatch(/kNN/);
  });

  it('runs the example of @ssl/backend’s README, which is a model of TensorFlow.js’s own', () => {
    expect(runScript('layers.mjs', readmeExample('packages/backend/README.md'))).toMatch(
      /^wasm \(SIMD.*\nloss [\d.]+\n$/,
    );
  });

  it.each<[name: string, output: RegExp]>([
    ['losses', /^spread: 0\.00, 1 gradient\ncollapsed: 2\.12, 1 gradient\n$/],
    ['augment', /^32×32×3 [\d.]+\n32×32×3 [\d.]+\n$/],
    ['data', /^(64 samples of 32×32×3\n){3}$/],
    ['models', /^features \[4,64\]\n\d+ bytes from conv1\.weight on\n$/],
    ['eval', /^kNN 0\.\d+ linear 0\.\d+ k-means 0\.\d+/],
    ['random', /^Int32Array\(5\) [\s\S]*\ntrue -?[\d.]+ (true|false)\n$/],
    [
      'errors',
      /^true unknown kind "image": did you mean "images"\? \(valid: images, sound, text\)\ntrue text: there is no such folder; name one that exists\n$/,
    ],
  ])('runs the example of @ssl/%s’ README, of at most fifteen lines', (name, output) => {
    const example = readmeExample(`packages/${name}/README.md`);
    expect(example.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
    expect(runScript(`${name}.mjs`, withoutTypes(example))).toMatch(output);
  });

  describe('the example of @ssl/train’s README', () => {
    const source = readmeExample('packages/train/README.md');

    it('is about twenty lines, and runs', () => {
      expect(source.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(22);
      expect(runScript('train.mjs', source)).toMatch(/^(?:[\d.]+\n){2}kNN [\d.]+, linear probe [\d.]+/);
    });

    it.each([
      // What differs in a browser: another backend, and nothing of Node.
      ['browser', source.replace(/^import \{ useBackend.*\n/m, '').replace(/^await useBackend.*\n/m, ''), []],
      ['node', source, ['node']],
    ] as const)('fits the types in %s', (name, code, types) => {
      writeFileSync(join(project, `${name}.ts`), `${code}export {};\n`);
      const options = {
        ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2022', lib: ['es2023', 'dom'] },
        ...{ strict: true, noEmit: true, skipLibCheck: true, types },
        typeRoots: [join(root, 'node_modules', '@types')],
      };
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: [`${name}.ts`] }),
      );
      const tsc = join(root, 'node_modules', '.bin', 'tsc');
      const { stdout } = spawnSync(tsc, ['-p', 'tsconfig.json'], { cwd: project, encoding: 'utf8' });
      expect(stdout).toBe('');
    });
  });

  it('brings the command', () => {
    const output = execFileSync(join(project, 'node_modules', '.bin', 'ssl'), ['methods'], {
      encoding: 'utf8',
    });
    expect(output).toContain('self-classifier');
  });
});
