// What training computes, bit for bit: recorded once, and compared with what another state of the code computes.
//
//     node bench/first-losses.mjs --record FILE [--data generated:shapes] [--methods sela,byol] [--unfused]
//         [--losses-only | --unbroken-only] [--steps 50] [--epochs N] [--threads 1]
//     node bench/first-losses.mjs --compare FILE [--data PATH] [--methods sela,byol]
//         [--losses-only | --unbroken-only] [--steps N] [--threads N] [--any-conditions]
//
// Each method is trained by the built command, `ssl train --preset cifar10-small --backend wasm --seed 0`, one after
// the other, in a folder that is removed afterwards. A case of the file holds
//
//     losses    of steps 1 to --steps, as metrics.jsonl has them: a loss is a float32, so that equal means equal bits
//     weights   {name: sha256 of the value bytes} of weights.safetensors, after the last epoch
//     trainer   the same of trainer.safetensors, sorted and without names: where the names are free to change
//
// After the unbroken run the method is trained again, killed by SIGKILL two steps after the checkpoint of the first
// epoch, and resumed; it must come to the same losses and the same bytes. `killedAfterStep` says that this was done.
// --unbroken-only leaves that out. --losses-only leaves out the end of the run, too: it is stopped once it has logged
// --steps steps. A method that --record names is replaced in FILE, the others stay.
//
// --compare does again what FILE holds, or less of it, and prints for each method whether all is equal, or the first
// step that differs. What changes the bits is in `conditions`: the processor's architecture, and whether the
// convolutions multiply and add with one rounding (relaxed SIMD on a processor with FMA) or with two. --unfused
// records the latter by V8's --no-enable-fma3; --compare does as its file did. Number of threads, version and operating
// system are recorded only for people.
//
// Exit status: 0 all equal; 1 something differs, or a run failed; 2 wrong options; 3 this machine does not meet the
// conditions of FILE, nothing was compared (--any-conditions compares nevertheless).
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ssl = fileURLToPath(new URL('../apps/trainer/bin/ssl.js', import.meta.url));
const allMethods = ['self-classifier', 'sela', 'rotation', 'byol', 'autoencoder', 'supervised'];
/** Enough for 50 steps on 4000 images, and for a checkpoint on the way: only the first has batches of 256. */
const epochsOf = { 'self-classifier': 4 };

const { values: options } = parseArgs({
  options: {
    record: { type: 'string' },
    compare: { type: 'string' },
    data: { type: 'string' },
    methods: { type: 'string' },
    steps: { type: 'string' },
    epochs: { type: 'string' },
    threads: { type: 'string', default: '1' },
    unfused: { type: 'boolean', default: false },
    'losses-only': { type: 'boolean', default: false },
    'unbroken-only': { type: 'boolean', default: false },
    'any-conditions': { type: 'boolean', default: false },
  },
});
if ((options.record === undefined) === (options.compare === undefined)) {
  fail(2, 'name a file by either --record or --compare');
}
if (options.compare !== undefined && (options.epochs !== undefined || options.unfused)) {
  fail(2, '--epochs and --unfused come from the file that --compare names; leave them out');
}
for (const name of ['steps', 'epochs', 'threads']) {
  const value = options[name];
  if (value !== undefined && !/^[1-9]\d*$/.test(value)) {
    fail(2, `--${name} must be an integer from 1, got "${value}"`);
  }
}

try {
  process.exitCode = await (options.record === undefined ? compare(options.compare) : record(options.record));
} catch (error) {
  fail(1, error.message);
}

async function record(path) {
  const flags = options.unfused ? ['--no-enable-fma3'] : [];
  const conditions = describeConditions(flags);
  const before = existsSync(path) ? readJson(path) : { conditions, cases: [] };
  const unmet = unmetConditions(before.conditions, conditions);
  if (unmet.length > 0) fail(3, `${path} was recorded where ${unmet.join(', ')}: record to another file`);
  const cases = before.cases;
  for (const method of options.methods?.split(',') ?? allMethods) {
    const found = await runCase({
      method,
      data: options.data ?? 'generated:shapes',
      steps: Number(options.steps ?? 50),
      epochs: Number(options.epochs ?? epochsOf[method] ?? 2),
      lossesOnly: options['losses-only'],
      flags,
    });
    conditions.versions = { ...conditions.versions, ...found.versions };
    const at = cases.findIndex((other) => other.method === method);
    cases.splice(at < 0 ? cases.length : at, at < 0 ? 0 : 1, found.case);
    cases.sort((a, b) => allMethods.indexOf(a.method) - allMethods.indexOf(b.method));
    // After each method, so that what was computed is kept if the next one fails.
    writeFileSync(path, `${JSON.stringify({ conditions, cases }, null, 2)}\n`);
    console.log(`${method}: ${found.summary}`);
  }
  return 0;
}

async function compare(path) {
  const { conditions, cases } = readJson(path);
  const here = describeConditions(conditions.nodeArguments);
  const unmet = unmetConditions(conditions, here);
  if (unmet.length > 0) {
    console.log(`conditions: ${path} was recorded where ${unmet.join(', ')}`);
    if (!options['any-conditions']) return 3;
  }
  const methods = options.methods?.split(',') ?? cases.map(({ method }) => method);
  let status = 0;
  for (const method of methods) {
    const expected = cases.find((one) => one.method === method);
    if (expected === undefined) fail(2, `${path} has no method "${method}"`);
    if (!isGenerated(expected.data) && options.data === undefined) {
      fail(2, `${path} was recorded on ${expected.data}: name that folder by --data`);
    }
    const steps = Math.min(Number(options.steps ?? Infinity), expected.losses.length);
    const lossesOnly = options['losses-only'] || expected.weights === undefined;
    const wanted = {
      method,
      data: options.data ?? expected.data,
      steps,
      epochs: expected.epochs,
      lossesOnly,
    };
    const faults = await runCase({ ...wanted, flags: conditions.nodeArguments }).then(
      ({ case: got }) => differences(expected, got, steps, lossesOnly),
      // A method that fails does not keep the others from being compared.
      (error) => [error.message],
    );
    if (faults.length > 0) status = 1;
    const equal = `all ${steps} losses${lossesOnly ? '' : ', weights and state'} are bit-equal`;
    console.log(`${method}: ${faults.length === 0 ? equal : faults.join('; ')}`);
  }
  return status;
}

/** What differs, a clause each. */
function differences(expected, got, steps, lossesOnly) {
  const faults = [];
  if (expected.fingerprint !== got.fingerprint) {
    faults.push(`the data set's fingerprint is ${got.fingerprint} instead of ${expected.fingerprint}`);
  }
  const first = expected.losses.slice(0, steps).findIndex((loss, at) => loss !== got.losses[at]);
  if (first >= 0) {
    faults.push(
      `the loss first differs at step ${first + 1}: ${got.losses[first]} instead of ${expected.losses[first]}`,
    );
  }
  if (lossesOnly) return faults;
  if (expected.totalSteps !== got.totalSteps) {
    faults.push(`${got.totalSteps} steps instead of ${expected.totalSteps}`);
  }
  const names = Object.keys({ ...expected.weights, ...got.weights });
  const other = names.filter((name) => expected.weights[name] !== got.weights[name]);
  if (other.length > 0) {
    const onlyNames = sameList(
      Object.values(expected.weights).toSorted(),
      Object.values(got.weights).toSorted(),
    );
    faults.push(
      `weights differ in ${other.length} of ${names.length} tensors (${other.slice(0, 3).join(', ')}, …)` +
        (onlyNames ? ', but only in their names' : ''),
    );
  }
  const missing = without(expected.trainer, got.trainer).length;
  const added = without(got.trainer, expected.trainer).length;
  if (missing + added > 0) {
    faults.push(
      `state: ${missing} of ${expected.trainer.length} tensors are not there, ${added} are there that were not`,
    );
  }
  return faults;
}

/** Trains one method as far as is asked for. */
async function runCase({ method, data, steps, epochs, lossesOnly, flags }) {
  const folder = mkdtempSync(join(tmpdir(), 'first-losses-'));
  try {
    const args = [
      ...['train', '--method', method, '--preset', 'cifar10-small', '--backend', 'wasm', '--seed', '0'],
      ...['--data', isGenerated(data) ? data : resolve(data), '--epochs', String(epochs)],
      ...['--threads', options.threads, '--workers', '1', '--set', 'logEverySteps=1'],
    ];
    const run = join(folder, 'unbroken');
    const start = performance.now();
    const stop = lossesOnly ? { step: steps, signal: 'SIGTERM' } : undefined;
    await runSsl([...args, '--out', run], flags, run, stop);
    const config = readJson(join(run, 'config.json'));
    const all = lossesOf(run);
    const losses = all.slice(0, steps);
    if (losses.length < steps) {
      throw new Error(
        `${method}: ${losses.length} steps instead of ${steps}: raise --epochs, or --steps less`,
      );
    }
    const { name, fingerprint } = config.dataset;
    const found = { method, data: isGenerated(data) ? data : name, fingerprint, epochs };
    const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
    if (lossesOnly) {
      return {
        case: { ...found, losses },
        versions: config.versions,
        summary: `${steps} losses, ${seconds()}`,
      };
    }
    const state = stateOf(run);
    const complete = { ...found, totalSteps: all.length, losses, ...state };
    const tensors = `${Object.keys(state.weights).length} + ${state.trainer.length} tensors`;
    if (options['unbroken-only']) {
      return {
        case: complete,
        versions: config.versions,
        summary: `${all.length} steps, ${tensors}, ${seconds()}`,
      };
    }
    const killedAfterStep = await killAndResume(args, flags, folder, all.length / epochs + 2);
    const resumed = join(folder, 'killed');
    const bad = lossesOf(resumed).findIndex((loss, at) => loss !== all[at]);
    if (bad >= 0)
      throw new Error(`${method}: the resumed run differs from the unbroken one at step ${bad + 1}`);
    if (JSON.stringify(stateOf(resumed)) !== JSON.stringify(state)) {
      throw new Error(`${method}: the resumed run ends in another state than the unbroken one`);
    }
    return {
      case: { ...complete, killedAfterStep },
      versions: config.versions,
      summary: `${all.length} steps, ${tensors}; killed after step ${killedAfterStep} and resumed, the same, ${seconds()}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the last step in the log of the run that was killed */
async function killAndResume(args, flags, folder, step) {
  const run = join(folder, 'killed');
  await runSsl([...args, '--out', run], flags, run, { step, signal: 'SIGKILL' });
  const logged = lossesOf(run).length;
  const checkpoint = readJson(join(run, 'checkpoints', 'last', 'trainer.json')).step;
  if (!(checkpoint > 0 && checkpoint < logged)) {
    throw new Error(`${run}: killed after step ${logged}, with a checkpoint of step ${checkpoint}`);
  }
  await runSsl(['train', '--resume', run], flags, run);
  return logged;
}

/** Runs the command to its end, or ends it by a signal once a step is logged. */
function runSsl(args, flags, run, stop) {
  return new Promise((resolveRun, reject) => {
    const child = spawn(process.execPath, [...flags, ssl, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    let sent = false;
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setInterval(() => {
      if (stop === undefined || sent || stepsLogged(run) < stop.step) return;
      sent = true;
      child.kill(stop.signal);
    }, 50);
    const forward = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, forward);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearInterval(timer);
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, forward);
      const wanted = { SIGTERM: status === 143, SIGKILL: signal === 'SIGKILL' };
      if (stop === undefined ? status === 0 : sent && wanted[stop.signal]) resolveRun();
      else reject(new Error(`ssl ${args.join(' ')} ended with ${signal ?? status}:\n${stderr}`));
    });
  });
}

function stepsLogged(run) {
  const path = join(run, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

/** The losses of steps 1, 2, …; what is written after the last line break is no line yet. */
function lossesOf(run) {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line, at) => {
    const { step, loss } = JSON.parse(line);
    if (step !== at + 1) throw new Error(`${run}/metrics.jsonl: line ${at + 1} is of step ${step}`);
    if (typeof loss !== 'number') throw new Error(`${run}/metrics.jsonl: line ${at + 1} has no loss`);
    return loss;
  });
}

function stateOf(run) {
  const last = join(run, 'checkpoints', 'last');
  return {
    weights: hashTensors(join(last, 'weights.safetensors')),
    trainer: Object.values(hashTensors(join(last, 'trainer.safetensors'))).toSorted(),
  };
}

/** Of each tensor of a safetensors file the sha256 of its value bytes, by name. */
function hashTensors(path) {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...tensors } = JSON.parse(bytes.toString('utf8', 8, start));
  const names = Object.keys(tensors).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const [from, to] = tensors[name].data_offsets;
      const hash = createHash('sha256').update(bytes.subarray(start + from, start + to));
      return [name, hash.digest('hex')];
    }),
  );
}

/**
 * What the bits may depend on. Whether multiply and add are fused is computed, by an instruction of relaxed SIMD, in
 * a process with the same arguments as the command's.
 */
function describeConditions(nodeArguments) {
  // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ where only the sum is rounded, and 0 where the product is rounded first.
  const program = `
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 125, 125, 125, 1, 125, 3, 2, 1, 0,
      7, 5, 1, 1, 102, 0, 0, 10, 22, 1, 20, 0, 32, 0, 253, 19, 32, 1, 253, 19, 32, 2, 253, 19, 253, 133, 2,
      253, 31, 0, 11);
    if (!WebAssembly.validate(bytes)) require('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
    if (!WebAssembly.validate(bytes)) console.log('false');
    else {
      const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
      console.log(f(1 + 2 ** -12, 1 + 2 ** -12, -1 - 2 ** -11) !== 0);
    }`;
  const fused = execFileSync(process.execPath, [...nodeArguments, '-e', program], { encoding: 'utf8' });
  return {
    arch: process.arch,
    fusedMultiplyAdd: fused.trim() === 'true',
    nodeArguments,
    threads: Number(options.threads),
    platform: process.platform,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    versions: { node: process.versions.node, v8: process.versions.v8 },
  };
}

/** What changes the bits and is not the same in both: `arch is x64, not arm64`. */
function unmetConditions(recorded, here) {
  const names = ['arch', 'fusedMultiplyAdd'].filter((name) => recorded[name] !== here[name]);
  return names.map((name) => `${name} is ${recorded[name]}, not ${here[name]}`);
}

/** The list less, once for each of theirs, what the other has too. */
function without(list, other) {
  const left = [...other];
  return list.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Whether it is made from a seed: the same on every machine, and no path. */
function isGenerated(data) {
  return data.startsWith('generated:');
}

function sameList(a, b) {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function fail(status, message) {
  console.error(`bench/first-losses.mjs: ${message}`);
  process.exit(status);
}
