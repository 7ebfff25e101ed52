// How long SeLa's assignment of labels takes, and how much memory: `npx tsx bench/assign-labels.ts
// [samples] [classes]`. The target: 100,000 samples in 1,000 classes in under 60 s and 2 GB on two cores.
import { createRandom } from '../packages/random/src/index.ts';
import { assignLabels } from '../packages/losses/src/parts/assign-labels.ts';

const [samples = 100_000, classes = 1000] = process.argv.slice(2).map(Number);
const random = createRandom(0);
const logits = new Float32Array(samples * classes);
// Images in groups of different sizes that like the same classes, as in training: the assignment has work to do.
const groups = Math.ceil(classes / 4);
const likings = Float32Array.from({ length: groups * classes }, () => random.normal(0, 1.5));
for (let sample = 0; sample < samples; sample++) {
  const group = Math.floor(groups * random.uniform() ** 2);
  for (let k = 0; k < classes; k++) {
    logits[sample * classes + k] = (likings[group * classes + k] as number) + random.uniform(-1, 1);
  }
}

for (const { name, lambda, tolerance } of [
  { name: 'ImageNet', lambda: 25, tolerance: 0.1 },
  { name: 'CIFAR', lambda: 10, tolerance: 0.01 },
]) {
  const start = performance.now();
  const { user, system } = process.cpuUsage();
  const { counts, iterations, error } = assignLabels(logits, { classes, lambda, tolerance });
  const cpu = process.cpuUsage({ user, system });
  console.log(
    `${name} (λ ${lambda}, tolerance ${tolerance}): ${samples} × ${classes} in ${((performance.now() - start) / 1000).toFixed(1)} s (` +
      `${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of one core), ` +
      `${iterations} iterations, error ${error.toPrecision(2)}, clusters of ${Math.min(...counts)} to ${Math.max(...counts)}; ` +
      `peak memory ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GB`,
  );
}
