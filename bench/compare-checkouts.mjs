// The processor time of a training step in two checkouts, each method through the whole trainer.
//
//     node bench/compare-checkouts.mjs BEFORE AFTER [--methods sela,byol] [--backends wasm,tensorflow] [--rounds 3]
//
// Both are built checkouts of this repository. A method is trained by `ssl train --preset cifar10-small` on
// generated:shapes with one thread and no workers, for one epoch and for nine; the difference over the steps between
// them has neither start nor end of the command in it. The checkouts take turns; printed are the medians of the rounds
// and their ratio, above 1 where AFTER is slower.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: 'string', default: 'self-classifier,sela,rotation,byol,autoencoder,supervised' },
    backends: { type: 'string', default: 'wasm' },
    rounds: { type: 'string', default: '3' },
  },
});
if (positionals.length !== 2) throw new Error('give two checkouts: BEFORE AFTER');

const [batchSize, stepsAnEpoch] = [64, 8];
const scratch = mkdtempSync(join(tmpdir(), 'ssl-checkouts-'));
/** User and system time of a command, its children included, on bash's standard error. */
const timed = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';

/** Seconds of processor time that training takes. */
function trainingTime(checkout, method, backend, epochs) {
  const args = [
    ...['train', '--method', method, '--preset', 'cifar10-small', '--backend', backend, '--threads', '1'],
    ...['--data', `generated:shapes?length=${batchSize * stepsAnEpoch}`, '--batch-size', `${batchSize}`],
    ...['--workers', '0', '--epochs', `${epochs}`, '--out', join(scratch, 'run')],
  ];
  rmSync(join(scratch, 'run'), { recursive: true, force: true });
  const command = [process.execPath, join(resolve(checkout), 'apps/trainer/bin/ssl.js'), ...args];
  const output = execFileSync('bash', ['-c', `{ ${timed}; } 2>&1`, 'bash', ...command], { encoding: 'utf8' });
  return output
    .trim()
    .split(' ')
    .map(Number)
    .reduce((sum, seconds) => sum + seconds, 0);
}

function stepTime(checkout, method, backend) {
  const [short, long] = [1, 9].map((epochs) => trainingTime(checkout, method, backend, epochs));
  return ((long - short) / (8 * stepsAnEpoch)) * 1000;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

try {
  for (const backend of values.backends.split(',')) {
    for (const method of values.methods.split(',')) {
      const times = positionals.map(() => []);
      for (let round = 0; round < Number(values.rounds); round += 1) {
        // Who goes first takes turns, too.
        for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
          times[at].push(stepTime(positionals[at], method, backend));
        }
      }
      const [before, after] = times.map(median);
      console.log(
        `${backend} ${method}: ${before.toFixed(1)} → ${after.toFixed(1)} ms a step, ratio ${(after / before).toFixed(3)}`,
      );
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
