// Gradients of depthwise convolutions, on NHWC tensors: output channel c · multiplier + m reads input channel c by
// the filter `[height, width, channels, multiplier]`.

/**
 * Gradient by the input, images [start, end).
 *
 * `job` (i32 each): 0 dy, 1 filter, 2 dx, 3 height, 4 width, 5 channels, 6 outHeight, 7 outWidth, 8 filterHeight,
 * 9 filterWidth, 10 strideHeight, 11 strideWidth, 12 top, 13 left, 14 dilationHeight, 15 dilationWidth,
 * 16 multiplier.
 */
export function depthwiseInputGradient(job: usize, start: i32, end: i32): void {
  const height = load<i32>(job + 12), width = load<i32>(job + 16), channels = load<i32>(job + 20);
  const outHeight = load<i32>(job + 24), outWidth = load<i32>(job + 28);
  const multiplier = load<i32>(job + 64);
  const pixelBytes = <usize>channels << 2;
  const dyPixelBytes = pixelBytes * <usize>multiplier;
  const imageBytes = <usize>(height * width) * pixelBytes;
  const dyImageBytes = <usize>(outHeight * outWidth) * dyPixelBytes;
  const filterHeight = load<i32>(job + 32), filterWidth = load<i32>(job + 36);
  const filter = <usize>load<u32>(job + 4);
  for (let n = start; n < end; n++) {
    const dx = <usize>load<u32>(job + 8) + <usize>n * imageBytes;
    let dy = <usize>load<u32>(job) + <usize>n * dyImageBytes;
    memory.fill(dx, 0, imageBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += dyPixelBytes) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * load<i32>(job + 40) - load<i32>(job + 48) + ky * load<i32>(job + 56);
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const x = ox * load<i32>(job + 44) - load<i32>(job + 52) + kx * load<i32>(job + 60);
            if (x < 0 || x >= width) continue;
            const to = dx + <usize>(y * width + x) * pixelBytes;
            const weights = filter + <usize>(ky * filterWidth + kx) * dyPixelBytes;
            if (multiplier == 1) addProducts(dy, weights, to, pixelBytes);
            else addRuns(dy, weights, to, channels, multiplier);
          }
        }
      }
    }
  }
}

/**
 * Gradient by the filter: sums the images [start, end) into partial sum `chunk`, `[taps, channels · multiplier]`.
 *
 * `job` as above, but 0 dy, 1 x, 2 partial sums.
 */
export function depthwiseFilterGradient(job: usize, start: i32, end: i32, chunk: i32): void {
  const height = load<i32>(job + 12), width = load<i32>(job + 16), channels = load<i32>(job + 20);
  const outHeight = load<i32>(job + 24), outWidth = load<i32>(job + 28);
  const multiplier = load<i32>(job + 64);
  const pixelBytes = <usize>channels << 2;
  const dyPixelBytes = pixelBytes * <usize>multiplier;
  const imageBytes = <usize>(height * width) * pixelBytes;
  const dyImageBytes = <usize>(outHeight * outWidth) * dyPixelBytes;
  const filterHeight = load<i32>(job + 32), filterWidth = load<i32>(job + 36);
  const sumBytes = <usize>(filterHeight * filterWidth) * dyPixelBytes;
  const sum = <usize>load<u32>(job + 8) + <usize>chunk * sumBytes;
  memory.fill(sum, 0, sumBytes);
  for (let n = start; n < end; n++) {
    const image = <usize>load<u32>(job + 4) + <usize>n * imageBytes;
    let dy = <usize>load<u32>(job) + <usize>n * dyImageBytes;
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += dyPixelBytes) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * load<i32>(job + 40) - load<i32>(job + 48) + ky * load<i32>(job + 56);
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const x = ox * load<i32>(job + 44) - load<i32>(job + 52) + kx * load<i32>(job + 60);
            if (x < 0 || x >= width) continue;
            const from = image + <usize>(y * width + x) * pixelBytes;
            const to = sum + <usize>(ky * filterWidth + kx) * dyPixelBytes;
            if (multiplier == 1) addProducts(dy, from, to, pixelBytes);
            else addRepeated(dy, from, to, channels, multiplier);
          }
        }
      }
    }
  }
}

/** to[i] += a[i] · b[i]. */
function addProducts(a: usize, b: usize, to: usize, bytes: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(v128.load(a + c), v128.load(b + c))));
  }
  for (; c < bytes; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(a + c) * load<f32>(b + c));
}

/** to[c] += Σ over m of a[c, m] · b[c, m]. */
function addRuns(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let c = 0; c < channels; c++, to += 4) {
    let total = load<f32>(to);
    for (let m = 0; m < multiplier; m++, a += 4, b += 4) total += load<f32>(a) * load<f32>(b);
    store<f32>(to, total);
  }
}

/** to[c, m] += a[c, m] · b[c]. */
function addRepeated(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let c = 0; c < channels; c++, b += 4) {
    const factor = load<f32>(b);
    for (let m = 0; m < multiplier; m++, a += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(a) * factor);
  }
}
