// The README's table of methods, made by one command that can be stopped and started again:
//
//     node bench/methods-table.mjs --data path/to/cifar-10 --out runs/table [--methods byol,sela] [--seeds 0,1,2]
//         [--preset cifar10-small] [--backend wasm] [--threads 1] [--epochs N] [--labels-per-class N]
//         [--set key=value …] [--protocols knn,linear] [--jobs 1] [--results bench/results/TABLE]
//
// Each method and seed has a run folder below --out. What is complete there is skipped, what was stopped goes on from
// its checkpoint. On two cores, two runs at once of one thread each (--jobs 2 --threads 1) are through sooner than one
// after the other. The table is printed, and written to OUT/table.md and OUT/table.json: mean ± standard deviation
// (n − 1) over the seeds, of the last epoch; the random backbone's over its seeds, the pixels' once. The test accuracy
// is that of the method's own classes, where it predicts the data set's.
//
// --results names a folder for the scores of each method and seed and how they came about, one file a method:
// bench/render-methods.mjs writes those of bench/results into the README.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rowOf, scoreColumns, scoresOf, spread } from './method-scores.mjs';

const ssl = fileURLToPath(new URL('../apps/trainer/bin/ssl.js', import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: 'runs/table' },
    methods: { type: 'string', default: 'self-classifier,sela,rotation,byol,autoencoder,supervised' },
    seeds: { type: 'string', default: '0,1,2' },
    preset: { type: 'string', default: 'cifar10-small' },
    protocols: { type: 'string', default: 'knn,linear' },
    backend: { type: 'string', default: 'wasm' },
    threads: { type: 'string' },
    workers: { type: 'string' },
    epochs: { type: 'string' },
    'labels-per-class': { type: 'string' },
    jobs: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    results: { type: 'string' },
  },
});
if (options.data === undefined) {
  console.error(
    'bench/methods-table.mjs: --data is missing: name the folder of CIFAR-10, or any data with labels',
  );
  process.exit(2);
}
const jobs = Number(options.jobs);
if (!Number.isInteger(jobs) || jobs < 1) {
  console.error(`bench/methods-table.mjs: --jobs must be an integer from 1, got "${options.jobs}"`);
  process.exit(2);
}

const compute = ['--backend', options.backend, ...(options.threads ? ['--threads', options.threads] : [])];
const protocols = options.protocols.split(',');
const seeds = options.seeds.split(',');
const methods = options.methods.split(',');
mkdirSync(options.out, { recursive: true });

const runs = seeds.flatMap((seed) =>
  methods.map((method) => ({ method, seed, folder: join(options.out, `${nameOf(method)}-${seed}`) })),
);
const complete = new Set();

// All take from one iterator: each run goes to whoever is free.
const queue = runs.values();
await Promise.all(Array.from({ length: jobs }, () => workOff(queue)));
console.log(writeTable());
if (options.results !== undefined) writeResults(options.results);

async function workOff(queue) {
  for (const run of queue) {
    await train(run.method, run.seed, run.folder);
    await evaluate(run.folder);
    complete.add(run);
    // After each run, so that a table can be looked at while the others train.
    writeTable();
  }
}

/** Starts a run, goes on with it, or finds it complete. */
async function train(method, seed, run) {
  const state = join(run, 'checkpoints', 'last', 'trainer.json');
  if (existsSync(state)) {
    const { step, totalSteps } = readJson(state);
    if (step < totalSteps) await runSsl(['train', '--resume', run]);
    return;
  }
  if (existsSync(join(run, 'config.json'))) {
    await runSsl(['train', '--resume', run]);
    return;
  }
  await runSsl([
    ...['train', '--method', method, '--data', options.data, '--preset', options.preset, '--seed', seed],
    ...['--out', run, ...compute],
    ...(options.epochs ? ['--epochs', options.epochs] : []),
    ...(options['labels-per-class'] ? ['--labels-per-class', options['labels-per-class']] : []),
    ...(options.workers ? ['--workers', options.workers] : []),
    ...options.set.flatMap((setting) => ['--set', setting]),
  ]);
}

/** Evaluates a run, unless that has been done at its last step and for the protocols asked for. */
async function evaluate(run) {
  const path = join(run, 'eval.json');
  const { step } = readJson(join(run, 'checkpoints', 'last', 'trainer.json'));
  if (existsSync(path)) {
    const { protocol, results } = readJson(path);
    if (protocol.checkpoint.step === step && protocols.every((name) => results[name])) return;
  }
  await runSsl(['eval', run, '--protocols', options.protocols, ...compute]);
}

function runSsl(args) {
  console.error(`ssl ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [ssl, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('exit', (status) => (status === 0 ? resolve() : process.exit(status ?? 1)));
  });
}

/** Writes the table of what there is so far, and gives it. */
function writeTable() {
  /** @type {Record<string, object[]>} evaluations by method */
  const evaluations = {};
  for (const run of runs.filter((each) => complete.has(each))) {
    (evaluations[run.method] ??= []).push(readJson(join(run.folder, 'eval.json')));
  }
  const all = Object.values(evaluations).flat();
  const rows = [
    { name: 'random backbone', scores: baselines(all, 'randomInit') },
    { name: 'raw pixels', scores: baselines(all, 'pixels').slice(0, 1) },
    ...Object.entries(evaluations).map(([name, own]) => ({
      name,
      scores: own.map(({ results }) => results),
    })),
  ];
  const found = new Set(
    rows.flatMap(({ scores }) => scores.flatMap((score) => Object.keys(scoresOf(score)))),
  );
  const columns = scoreColumns.filter(({ name }) => found.has(name));
  const header = ['method', ...columns.map(({ title }) => title), 'seeds'];
  const lines = rows.map(({ name, scores }) => [
    name,
    ...columns.map(({ of }) => spread(scores.map(of))),
    String(scores.length),
  ]);
  const table = [header, header.map((_, at) => (at === 0 ? '---' : '--:')), ...lines];
  const markdown = `${table.map(rowOf).join('\n')}\n`;
  writeFileSync(join(options.out, 'table.md'), markdown);
  writeFileSync(join(options.out, 'table.json'), `${JSON.stringify(rows, null, 2)}\n`);
  return markdown;
}

/** Writes what each method scored with each seed, and the settings and programs that made it, to a folder. */
function writeResults(folder) {
  mkdirSync(folder, { recursive: true });
  for (const method of methods) {
    const own = runs.filter((run) => run.method === method);
    const [{ protocol }] = own.map((run) => readJson(join(run.folder, 'eval.json')));
    const { methodOptions, backbone, augmentation, epochs, batchSize, labelsPerClass, optimizer, schedule } =
      readJson(join(own[0].folder, 'config.json'));
    const document = {
      method,
      training: {
        ...{ preset: options.preset, epochs, batchSize, labelsPerClass, methodOptions },
        ...{ backbone, augmentation, optimizer, schedule },
      },
      data: protocol.data,
      protocols: { knn: protocol.knn, linear: protocol.linear },
      backend: protocol.backend,
      versions: protocol.versions,
      seeds: own.map((run) => {
        const evaluation = readJson(join(run.folder, 'eval.json'));
        return {
          seed: Number(run.seed),
          step: evaluation.protocol.checkpoint.step,
          createdAt: evaluation.protocol.createdAt,
          scores: scoresOf(evaluation.results),
          randomBackbone: scoresOf(evaluation.baselines.randomInit),
          pixels: scoresOf(evaluation.baselines.pixels),
        };
      }),
    };
    writeFileSync(join(folder, `${nameOf(method)}.json`), `${JSON.stringify(document, null, 2)}\n`);
  }
}

/** A baseline's scores, once for each seed: it is the same whatever the method that was evaluated beside it. */
function baselines(all, name) {
  const bySeed = new Map();
  for (const { baselines: scores } of all) bySeed.set(JSON.stringify(scores[name]), scores[name]);
  return [...bySeed.values()];
}

/** A method's name as a folder takes it: of a file, its own name without the ending. */
function nameOf(method) {
  return method.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '');
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
