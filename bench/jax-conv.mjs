// Times a 3×3 convolution of 32 to 32 channels on 32 images of 32×32, and both its gradients, in jax-js.
// usage: node bench/jax-conv.mjs FOLDER STEPS     (FOLDER: where "npm install @jax-js/jax" was run)
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder = '.', steps = '3'] = process.argv.slice(2);
const installed = createRequire(join(resolve(folder), 'package.json')).resolve('@jax-js/jax');
const { blockUntilReady, defaultDevice, init, jit, lax, random, vjp } = await import(
  pathToFileURL(installed.replace(/\.cjs$/, '.js')).href
);
await init('wasm');
defaultDevice('wasm');
const x = random.normal(random.key(0), [32, 32, 32, 32]);
const filter = random.normal(random.key(1), [32, 32, 3, 3]);
const dy = random.normal(random.key(2), [32, 32, 32, 32]);
await blockUntilReady([x, filter, dy]);

const convolve = (images, weights) => lax.convGeneralDilated(images, weights, [1, 1], 'SAME');
const forward = jit(convolve);
const gradients = jit((images, weights, upstream) => vjp(convolve, [images, weights])[1](upstream));

async function median(work) {
  const times = [];
  for (let step = 0; step <= Number(steps); step++) {
    const start = performance.now();
    const results = [await blockUntilReady(work())].flat();
    // The first one compiles.
    if (step > 0) times.push(performance.now() - start);
    for (const result of results) result.dispose();
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

const forwardMs = await median(() => forward(x.ref, filter.ref));
const gradientsMs = await median(() => gradients(x.ref, filter.ref, dy.ref));
process.stdout.write(JSON.stringify({ forwardMs, gradientsMs }));
process.exit();
