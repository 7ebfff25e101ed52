// Times a training step of the small CIFAR ResNet (stem, three basic blocks of widths W, 2W, 4W) on one backend.
// usage: node --conditions=@ssl/source --import tsx bench/training-step.mjs [backend] [width] [batch] [steps] [threads]
// With BENCH_PROFILE=1 it also prints where a step's time goes, by kernel.
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, globalAveragePool } from '../packages/backend/src/index.ts';
import { useBackend } from '../packages/backend/src/node.ts';

const [backend = 'wasm', width = '16', batch = '128', steps = '10', threads] = process.argv.slice(2);
const info = await useBackend(backend, threads === undefined ? {} : { threads: Number(threads) });

const variables = [];

function variable(values) {
  const created = tf.variable(values);
  variables.push(created);
  return created;
}

function convNorm(input, output, size, stride, relu) {
  const deviation = Math.sqrt(2 / (size * size * input));
  const filter = variable(
    tf.randomNormal([size, size, input, output], 0, deviation, 'float32', variables.length + 1),
  );
  const gamma = variable(tf.ones([output]));
  const beta = variable(tf.zeros([output]));
  return (x, residual) =>
    batchNormTraining(tf.conv2d(x, filter, stride, (size - 1) / 2, 'NHWC', 1, 'floor'), gamma, beta, {
      activation: relu ? 'relu' : 'none',
      residual,
    }).y;
}

function block(input, output) {
  const stride = input === output ? 1 : 2;
  const first = convNorm(input, output, 3, stride, true);
  const second = convNorm(output, output, 3, 1, true);
  const shortcut = stride === 1 ? undefined : convNorm(input, output, 1, 2, false);
  return (x) => second(first(x), shortcut ? shortcut(x) : x);
}

const w = Number(width);
const layers = [convNorm(3, w, 3, 1, true), block(w, w), block(w, 2 * w), block(2 * w, 4 * w)];
const head = variable(tf.randomNormal([4 * w, 10], 0, 0.1, 'float32', 99));
const images = Number(batch);
const x = tf.randomNormal([images, 32, 32, 3], 0, 1, 'float32', 7);
const labels = tf.cast(
  tf.oneHot(
    tf.tensor1d(
      Array.from({ length: images }, (_, index) => index % 10),
      'int32',
    ),
    10,
  ),
  'float32',
);
const velocities = variables.map((each) => tf.variable(tf.zerosLike(each), false));

function step() {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => {
      const features = globalAveragePool(layers.reduce((y, layer) => layer(y), x));
      const logits = tf.matMul(features, head);
      return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
    });
    variables.forEach((each, index) => {
      const velocity = velocities[index];
      velocity.assign(tf.add(tf.mul(velocity, 0.9), grads[each.name]));
      each.assign(tf.sub(each, tf.mul(velocity, 0.01)));
    });
    return value.dataSync()[0] ?? Number.NaN;
  });
}

const losses = [step(), Number(steps) > 2 ? step() : Number.NaN];
const times = [];
const cpuBefore = process.cpuUsage();
for (let index = 0; index < Number(steps); index += 1) {
  const start = performance.now();
  losses.push(step());
  times.push(performance.now() - start);
}
const cpu = process.cpuUsage(cpuBefore);
times.sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
console.log(
  `${info.description} W=${w} batch ${images}: step min ${times[0]?.toFixed(1)} median ${median.toFixed(1)} ms, ` +
    `${((images / median) * 1000).toFixed(1)} images/s, processor ${((cpu.user + cpu.system) / 1000 / times.length).toFixed(1)} ms, loss ${losses[0]} → ${losses.at(-1)}`,
);

if (process.env.BENCH_PROFILE) {
  const totals = new Map();
  for (const kernel of tf.getKernelsForBackend(info.name)) {
    const { kernelFunc, kernelName } = kernel;
    tf.unregisterKernel(kernelName, info.name);
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        const start = performance.now();
        const result = kernelFunc(call);
        const { x: input, dy, a } = call.inputs;
        const name = `${kernelName} ${(input ?? dy ?? a)?.shape.join('×') ?? ''}`;
        const total = totals.get(name) ?? { ms: 0, calls: 0 };
        totals.set(name, { ms: total.ms + performance.now() - start, calls: total.calls + 1 });
        return result;
      },
    });
  }
  step();
  totals.clear();
  const start = performance.now();
  for (let index = 0; index < 5; index += 1) step();
  const whole = (performance.now() - start) / 5;
  const rows = [...totals].sort(([, a], [, b]) => b.ms - a.ms);
  const inKernels = rows.reduce((sum, [, { ms }]) => sum + ms, 0) / 5;
  console.log(`step ${whole.toFixed(1)} ms, of which in kernels ${inKernels.toFixed(1)}`);
  for (const [name, { ms, calls }] of rows.slice(0, 32)) {
    console.log(`${(ms / 5).toFixed(2).padStart(8)} ms ${String(calls / 5).padStart(4)}× ${name}`);
  }
}
