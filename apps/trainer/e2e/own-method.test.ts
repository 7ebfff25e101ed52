import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashOf, scratchFolder, writeFiles } from './folders.ts';
import { ssl, sslJson, start } from './ssl.ts';

const guide = new URL('../../../docs/new-method.md', import.meta.url);
const register = pathToFileURL(new URL('../dist/register.node.js', import.meta.url).pathname).href;
const wasm = ['--backend', 'wasm', '--threads', '1'];
const small = [
  ...['--data', 'generated:shapes?length=160', '--image-size', '16', '--batch-size', '32', ...wasm],
  ...['--workers', '1', '--set', 'backbone.width=4', '--set', 'logEverySteps=1'],
];

/** A folder outside the workspace, with no package.json and no node_modules anywhere above it. */
let folder: string;

beforeAll(async () => {
  folder = await scratchFolder();
  const blocks = [...(await readFile(guide, 'utf8')).matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, code]) => code,
  );
  const [method = '', test = ''] = blocks;
  const { code } = await transform(method, { loader: 'ts', format: 'esm' });
  await writeFiles(folder, {
    'jigsaw.ts': method,
    'jigsaw.test.ts': test,
    'plain.js': code.replace("'jigsaw'", "'plain'").replace('"jigsaw"', '"plain"'),
    'node_modules/jigsaw-task/package.json':
      '{"name":"jigsaw-task","version":"1.0.0","type":"module","exports":{"import":"./index.js"}}',
    'node_modules/jigsaw-task/index.js': code.replace(
      'export {\n  method\n}',
      'export { method as default }',
    ),
  });
});

async function configOf(run: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8')) as Record<string, unknown>;
}

describe('the guide’s method, from a folder outside the workspace', () => {
  it('shows its options where the user looks for them', async () => {
    const { stdout } = await ssl(folder, ['methods', './jigsaw.ts']);
    expect(stdout).toContain('jigsaw: tells in which order the four tiles of an image were put together');
    expect(stdout).toMatch(
      /orders \(whole number; ≥ 2, ≤ 24; default 24\)\n {6}orders of the tiles to tell apart/,
    );
    const help = await ssl(folder, ['train', '--method', './jigsaw.ts', '--help']);
    expect(help.stdout).toMatch(
      /Options of jigsaw, each set by --set NAME=VALUE:\n {2}orders \(whole number/,
    );
    const described = await sslJson<{ schema: object }>(folder, ['methods', './jigsaw.ts']);
    expect(described.schema).toMatchObject({
      properties: { orders: { default: 24, minimum: 2, maximum: 24 } },
    });
  });

  it('holds the contract, by the command and by its own test', async () => {
    const { status, stdout } = await ssl(folder, ['methods', 'check', './jigsaw.ts', '--set', 'orders=6']);
    expect(status).toBe(0);
    expect(stdout.match(/✓/g)).toHaveLength(8);
    const tested = await promisify(execFile)(
      process.execPath,
      ['--import', register, '--test', 'jigsaw.test.ts'],
      { cwd: folder },
    );
    expect(tested.stdout).toMatch(/pass 8\n/);
  });

  it('trains, with its options, and remembers where it came from', async () => {
    const args = ['train', '--method', './jigsaw.ts', '--epochs', '2', '--out', 'run', ...small];
    expect(await sslJson(folder, [...args, '--set', 'orders=6'])).toMatchObject({
      ...{ method: 'jigsaw', outcome: 'done', step: 10 },
    });
    expect(await configOf('run')).toMatchObject({
      method: 'jigsaw',
      methodOptions: { orders: 6 },
      methodSource: {
        module: './jigsaw.ts',
        path: join(folder, 'jigsaw.ts'),
        sha256: await hashOf(join(folder, 'jigsaw.ts')),
      },
    });
    const log = await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8');
    expect(JSON.parse(log.split('\n')[0] ?? '')).toHaveProperty('accuracy');
  });

  it('is evaluated, reported, embedded and exported as the library’s own', async () => {
    const evaluated = await sslJson<{ results: { knn: { top1: number } } }>(folder, ['eval', 'run', ...wasm]);
    expect(evaluated.results.knn.top1).toBeGreaterThan(0);
    expect(await readFile(join(folder, 'run', 'report.html'), 'utf8')).toContain('jigsaw on generated');
    const embed = ['embed', 'run', '--data', 'generated:shapes?length=40', '--out', 'f.npy', ...wasm];
    expect(await sslJson(folder, embed)).toMatchObject({ images: 40, dimensions: 16 });
    expect(await ssl(folder, ['export', 'run', ...wasm])).toMatchObject({ status: 0 });
  });

  it('goes on after a stop as if there had been none, and says where its file has changed', async () => {
    const args = ['train', '--method', './jigsaw.ts', '--epochs', '3', ...small];
    await sslJson(folder, [...args, '--out', 'unbroken']);
    const running = start(folder, [...args, '--out', 'broken']);
    await running.saying('epoch 1/3');
    running.process.kill('SIGINT');
    expect((await running.outcome).status).toBe(130);
    await cp(join(folder, 'broken'), join(folder, 'changed'), { recursive: true });

    const resumed = await ssl(folder, ['train', '--resume', 'broken', '--method', './jigsaw.ts']);
    expect(resumed).toMatchObject({ status: 0 });
    expect(resumed.stderr).not.toContain('Warning');
    const weights = (run: string): Promise<string> =>
      hashOf(join(folder, run, 'checkpoints', 'last', 'weights.safetensors'));
    expect(await weights('broken')).toBe(await weights('unbroken'));

    const source = await readFile(join(folder, 'jigsaw.ts'));
    await appendFile(join(folder, 'jigsaw.ts'), '\n// Another thought.\n');
    const { stderr } = await ssl(folder, ['train', '--resume', 'changed']);
    expect(stderr).toMatch(/Warning: \.\/jigsaw\.ts has changed since the run began/);
    await writeFile(join(folder, 'jigsaw.ts'), source);
    const other = await ssl(folder, ['train', '--resume', 'changed', '--method', './plain.js']);
    expect(other).toMatchObject({ status: 2 });
    expect(other.stderr).toContain('method is jigsaw in this run, and cannot become ./plain.js');
  });

  it('remembers what its file imports, and says where that has changed', async () => {
    await writeFiles(folder, {
      'parts/orders.ts': `export { method as base } from '../jigsaw.ts';\nexport const orders = 6;\n`,
      'parted.ts':
        `import { base, orders } from './parts/orders.ts';\n` +
        `export const method = { ...base, name: 'parted', description: \`\${orders} orders\` };\n`,
    });
    const args = ['train', '--method', './parted.ts', '--epochs', '1', '--out', 'parted', ...small];
    expect(await sslJson(folder, args)).toMatchObject({ method: 'parted', outcome: 'done' });
    expect((await configOf('parted'))['methodSource']).toEqual({
      module: './parted.ts',
      path: join(folder, 'parted.ts'),
      sha256: await hashOf(join(folder, 'parted.ts')),
      imports: {
        'jigsaw.ts': await hashOf(join(folder, 'jigsaw.ts')),
        'parts/orders.ts': await hashOf(join(folder, 'parts', 'orders.ts')),
      },
    });
    const embed = ['embed', 'parted', '--data', 'generated:shapes?length=40', '--out', 'p.npy', ...wasm];
    expect((await ssl(folder, embed)).stderr).not.toContain('Warning');
    await appendFile(join(folder, 'parts', 'orders.ts'), '\n// Another thought.\n');
    expect((await ssl(folder, embed)).stderr).toContain(
      'Warning: parts/orders.ts (imported by ./parted.ts) has changed since the run began',
    );
  });

  it('may be JavaScript, or a package', async () => {
    for (const [name, method] of [
      ['./plain.js', 'plain'],
      ['jigsaw-task', 'jigsaw'],
    ] as const) {
      const args = ['train', '--method', name, '--epochs', '1', '--out', `run-${method}-2`, ...small];
      expect(await sslJson(folder, args)).toMatchObject({ method, outcome: 'done' });
      expect(await ssl(folder, ['eval', `run-${method}-2`, '--protocols', 'knn', ...wasm])).toMatchObject({
        status: 0,
      });
    }
  });

  it('computes on the command’s own TensorFlow.js', async () => {
    await writeFile(
      join(folder, 'engine.ts'),
      `import * as tf from '@tensorflow/tfjs-core';\n` +
        `import { method as base } from './jigsaw.ts';\n` +
        `export const method = { ...base, name: 'engine', views(options: never, image: never) {\n` +
        `  throw new Error(import.meta.resolve('@tensorflow/tfjs-core') + ' ' + tf.getBackend());\n} };\n`,
    );
    const { stderr } = await ssl(folder, ['train', '--method', './engine.ts', ...small]);
    expect(stderr).toMatch(/^ssl: \.\/engine\.ts: views: file:.*tfjs-core.* wasm$/m);
  });
});

describe('ssl methods new', () => {
  it('writes a method that trains, and its test', async () => {
    await mkdir(join(folder, 'new'));
    const cwd = join(folder, 'new');
    const { status, stdout } = await ssl(cwd, ['methods', 'new', 'my-task']);
    expect({ status, files: await readdir(cwd) }).toEqual({
      status: 0,
      files: ['my-task.test.ts', 'my-task.ts'],
    });
    expect(stdout).toContain('ssl methods check ./my-task.ts');
    expect(await ssl(cwd, ['methods', 'check', './my-task.ts'])).toMatchObject({ status: 0 });
    const args = ['train', '--method', './my-task.ts', '--epochs', '1', '--out', 'run', ...small];
    expect(await sslJson(cwd, args)).toMatchObject({ method: 'my-task', outcome: 'done' });
    const again = await ssl(cwd, ['methods', 'new', 'my-task']);
    expect(again).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('my-task.ts exists already') as string,
    });
    expect((await ssl(cwd, ['methods', 'new', 'My Task'])).stderr).toMatch(/expected a name in kebab-case/);
  });
});

/** Methods that are made of the guide's, with something wrong in them. */
const faults: readonly (readonly [string, string, number, RegExp])[] = [
  [
    'a syntax error',
    'export const method = {;',
    2,
    /^ssl: \.\/bad\.ts: it cannot be loaded: bad\.ts:1:24: Expected identifier/,
  ],
  [
    'no method',
    'export const answer = 42;',
    2,
    /^ssl: \.\/bad\.ts: exports no method: expected .* got answer;/,
  ],
  [
    'a package that is missing',
    `import 'no-such-package';\nexport const method = {};`,
    2,
    /^ssl: \.\/bad\.ts: it cannot be loaded: Cannot find package 'no-such-package'/,
  ],
  [
    'a name of the wrong kind',
    spoil('name: 7'),
    2,
    /^ssl: \.\/bad\.ts: name: expected a text in kebab-case.*, got 7/,
  ],
  [
    'no objective',
    spoil('objective: undefined'),
    2,
    /^ssl: \.\/bad\.ts: objective: expected a function, got nothing/,
  ],
  [
    'options that are no schema',
    spoil('options: { orders: 24 }'),
    2,
    /^ssl: \.\/bad\.ts: options: expected a schema of zod, .*, got \{"orders":24\}/,
  ],
  [
    'an option without a default',
    spoil('options: z.strictObject({ size: z.int() })'),
    2,
    /^ssl: \.\/bad\.ts: options: every option needs a valid default: size: /,
  ],
  [
    'an unknown transform',
    spoil(`views: () => ({ groups: { a: { count: 1, transforms: [{ name: 'spin' }] } } }) as never`),
    2,
    /view recipe: .*transforms\[0\]/,
  ],
  [
    'an init that throws',
    spoil(`init() { throw new Error('no start') }`),
    1,
    /^ssl: \.\/bad\.ts: init: no start/,
  ],
  [
    'an objective that throws',
    spoil(`objective() { throw new Error('no\\nloss') }`),
    1,
    /^ssl: \.\/bad\.ts: objective: no loss$/m,
  ],
  [
    'a forward pass that throws',
    spoil(`forward() { throw new Error('no features') }`),
    1,
    /^ssl: \.\/bad\.ts: forward: no features$/m,
  ],
  [
    'a loss that is no scalar',
    spoil(`objective: () => ({ loss: tf.ones([4]) as never })`),
    1,
    /^ssl: \.\/bad\.ts: objective: expected \{ loss \} to be a scalar, got a tensor \[4\]; take tf\.mean of it$/m,
  ],
  [
    'an output whose first axis is not the sample',
    spoil(`forward: (s: never, v: never, at: never) => ({ ...base.forward(s, v, at), extra: tf.ones([3]) })`),
    1,
    /^ssl: \.\/bad\.ts: forward: expected "extra" to be a tensor whose first axis is the sample, of 32, got a tensor \[3\]/m,
  ],
  [
    'a leak',
    spoil(
      `objective(o: never, v: never, at: never) { tf.keep(tf.scalar(1)); return base.objective(o, v, at) }`,
    ),
    1,
    /^ssl: \.\/bad\.ts: forward or objective: it leaks: 1 tensor is left behind at each step/m,
  ],
  [
    'a trainable without a gradient',
    spoil(`objective: (o: { features: tf.Tensor }) => ({ loss: tf.mean(o.features) as never })`),
    1,
    /^ssl: \.\/bad\.ts: (forward or )?objective: no gradient reaches classifier\.weight, classifier\.bias;/m,
  ],
  [
    'a forward pass that writes state',
    spoil(
      `forward(s: { backbone: { parameters: Map<string, { variable: tf.Variable }> } }, v: never, at: never) {\n` +
        `  const [first] = s.backbone.parameters.values(); first!.variable.assign(tf.mul(first!.variable, 1)); return base.forward(s as never, v, at) }`,
    ),
    1,
    /^ssl: \.\/bad\.ts: forward or objective: it writes "backbone\.conv1\.weight" of the state;/m,
  ],
];

function spoil(change: string): string {
  return (
    `import * as tf from '@tensorflow/tfjs-core';\nimport { z } from 'zod';\n` +
    `import { method as base } from './jigsaw.ts';\nvoid [tf, z];\n` +
    `export const method = { ...base, name: 'bad', ${change} };\n`
  );
}

describe('a method file with', () => {
  it.each(faults)('%s: one line that names file and fault', async (_, source, status, line) => {
    await writeFile(join(folder, 'bad.ts'), source);
    const outcome = await ssl(folder, [
      'train',
      '--method',
      './bad.ts',
      '--epochs',
      '1',
      '--out',
      'bad-run',
      '--check',
      ...small,
    ]);
    const lines = outcome.stderr.split('\n').filter((text) => text.startsWith('ssl: '));
    expect(outcome).toMatchObject({ status, stdout: '' });
    expect(lines).toHaveLength(1);
    expect(outcome.stderr).toMatch(line);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    await rm(join(folder, 'bad-run'), { recursive: true, force: true });
  });

  it('a fault in mid-training stops the run with its last checkpoint whole', async () => {
    const late = spoil(
      `objective(o: never, v: never, at: { step: number }) { if (at.step === 7) throw new Error('too late'); return base.objective(o, v, at as never) }`,
    );
    await writeFile(join(folder, 'bad.ts'), late);
    const args = ['train', '--method', './bad.ts', '--epochs', '2', '--out', 'late-run', ...small];
    const stopped = await ssl(folder, args);
    expect(stopped).toMatchObject({ status: 1 });
    expect(stopped.stderr).toContain('ssl: ./bad.ts: objective: too late\n');
    await writeFile(join(folder, 'bad.ts'), late.replace('=== 7', '=== -1'));
    const resumed = await ssl(folder, ['train', '--resume', 'late-run']);
    expect(resumed).toMatchObject({ status: 0 });
    expect(resumed.stderr).toContain('Going on from step 5 of 10.');
  });

  it('an option of the wrong type is told as those of the library are', async () => {
    const wrong = ['train', '--method', './jigsaw.ts', ...small, '--set', 'orders=many'];
    expect(await ssl(folder, wrong)).toMatchObject({
      status: 2,
      stderr: 'ssl: --set orders=many: methodOptions.orders: expected number, got "many"\n',
    });
    const unknown = await ssl(folder, ['train', '--method', './jigsaw.ts', ...small, '--set', 'order=3']);
    expect(unknown.stderr).toMatch(/unknown setting "order": did you mean "orders"/);
  });

  it('nothing behind its name says what could be meant', async () => {
    expect(await ssl(folder, ['train', '--method', './none.ts', ...small])).toMatchObject({
      status: 2,
      stderr: 'ssl: --method ./none.ts: there is no such file\n',
    });
    const gone = await ssl(folder, ['train', '--method', 'jigsaw-tasks', ...small]);
    expect(gone.stderr).toMatch(
      /^ssl: unknown method "jigsaw-tasks".* is named by its file, \.\/my-method\.ts, or its package$/m,
    );
  });
});
