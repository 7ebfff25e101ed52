// Layer normalisation over the last axis (Ba et al., 2016) and its gradient, rows [start, end) of float32
// `[rows, columns]`. Means are taken in float32 by lanes and added up in float64.

import { sumOfLanes } from './exponential';
import { LayerNormGradientJob, LayerNormJob } from './jobs.generated';

/** y = (x − mean) / √(variance + epsilon) · scale + offset; `mean` and `inverse`, 1 / √…, are `[rows]`. */
export function layerNorm(job: LayerNormJob, start: i32, end: i32): void {
  const columns = job.columns, scale = job.scale, offset = job.offset;
  const rowBytes = <usize>columns << 2, wholeBytes = <usize>(columns & ~3) << 2;
  let x = job.x + <usize>start * rowBytes, y = job.y + <usize>start * rowBytes;
  for (let row = start; row < end; row++, x += rowBytes, y += rowBytes) {
    let sums = f32x4.splat(0);
    for (let c: usize = 0; c < wholeBytes; c += 16) sums = f32x4.add(sums, v128.load(x + c));
    let sum = sumOfLanes(sums);
    for (let c = wholeBytes; c < rowBytes; c += 4) sum += <f64>load<f32>(x + c);
    const mean = <f32>(sum / columns);
    const means = f32x4.splat(mean);
    let squares = f32x4.splat(0);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), means);
      squares = f32x4.add(squares, f32x4.mul(centred, centred));
    }
    let square = sumOfLanes(squares);
    for (let c = wholeBytes; c < rowBytes; c += 4) {
      const centred = load<f32>(x + c) - mean;
      square += <f64>(centred * centred);
    }
    const inverse = <f32>(1 / sqrt<f64>(square / columns + <f64>job.epsilon));
    const inverses = f32x4.splat(inverse);
    store<f32>(job.mean + (<usize>row << 2), mean);
    store<f32>(job.inverse + (<usize>row << 2), inverse);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      const standardised = f32x4.mul(f32x4.sub(v128.load(x + c), means), inverses);
      v128.store(y + c, f32x4.add(f32x4.mul(standardised, v128.load(scale + c)), v128.load(offset + c)));
    }
    for (let c = wholeBytes; c < rowBytes; c += 4) {
      store<f32>(y + c, (load<f32>(x + c) - mean) * inverse * load<f32>(scale + c) + load<f32>(offset + c));
    }
  }
}

/**
 * With z = (x − mean) · inverse and g = dy · scale: dx = inverse · (g − mean of g − z · mean of g · z). Adds up
 * Σ dy · z and Σ dy, the gradients of scale and offset, into those of chunk `chunk`, `[2, columns]`.
 */
export function layerNormGradient(job: LayerNormGradientJob, start: i32, end: i32, chunk: i32): void {
  const columns = job.columns, scale = job.scale;
  const rowBytes = <usize>columns << 2, wholeBytes = <usize>(columns & ~3) << 2;
  const dScale = job.partialSums + <usize>chunk * (rowBytes << 1), dOffset = dScale + rowBytes;
  memory.fill(dScale, 0, rowBytes << 1);
  const first = <usize>start * rowBytes;
  let dy = job.dy + first, x = job.x + first, dx = job.dx + first;
  for (let row = start; row < end; row++, dy += rowBytes, x += rowBytes, dx += rowBytes) {
    const mean = load<f32>(job.mean + (<usize>row << 2)), inverse = load<f32>(job.inverse + (<usize>row << 2));
    const means = f32x4.splat(mean), inverses = f32x4.splat(inverse);
    let sums = f32x4.splat(0), products = f32x4.splat(0);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      const upstream = v128.load(dy + c);
      const z = f32x4.mul(f32x4.sub(v128.load(x + c), means), inverses);
      const g = f32x4.mul(upstream, v128.load(scale + c));
      sums = f32x4.add(sums, g);
      products = f32x4.add(products, f32x4.mul(g, z));
      v128.store(dScale + c, f32x4.add(v128.load(dScale + c), f32x4.mul(upstream, z)));
      v128.store(dOffset + c, f32x4.add(v128.load(dOffset + c), upstream));
    }
    let sum = sumOfLanes(sums), product = sumOfLanes(products);
    for (let c = wholeBytes; c < rowBytes; c += 4) {
      const upstream = load<f32>(dy + c);
      const z = (load<f32>(x + c) - mean) * inverse;
      const g = upstream * load<f32>(scale + c);
      sum += <f64>g;
      product += <f64>(g * z);
      store<f32>(dScale + c, load<f32>(dScale + c) + upstream * z);
      store<f32>(dOffset + c, load<f32>(dOffset + c) + upstream);
    }
    const shift = <f32>(sum / columns), tilt = <f32>(product / columns);
    const shifts = f32x4.splat(shift), tilts = f32x4.splat(tilt);
    for (let c: usize = 0; c < wholeBytes; c += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(x + c), means), inverses);
      const g = f32x4.mul(v128.load(dy + c), v128.load(scale + c));
      v128.store(dx + c, f32x4.mul(inverses, f32x4.sub(f32x4.sub(g, shifts), f32x4.mul(z, tilts))));
    }
    for (let c = wholeBytes; c < rowBytes; c += 4) {
      const z = (load<f32>(x + c) - mean) * inverse;
      const g = load<f32>(dy + c) * load<f32>(scale + c);
      store<f32>(dx + c, inverse * (g - shift - z * tilt));
    }
  }
}
