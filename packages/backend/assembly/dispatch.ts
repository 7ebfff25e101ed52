// One entry for all kernels that threads share: an operation is cut into chunks, and whoever is free takes the next.

import { batchNormGradientApply, batchNormGradientSums, channelMoments, reluGradient, scaleShift } from './batch-norm';
import { convolve } from './convolution';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
import { addPartialSums, filterGradient } from './filter-gradient';
import { matMul } from './mat-mul';
import { adamUpdate, momentumUpdate } from './optimizers';
import { averagePoolGradient, maxPoolGradient, pool } from './pooling';
import { sumMiddle } from './sums';
import { winogradConvolve, winogradFilters } from './winograd';
import { winogradFilterGradient, winogradFilterResult } from './winograd-filter-gradient';

// @ts-ignore: decorator
@inline
function arg(job: usize, index: i32): usize {
  return <usize>load<u32>(job + (<usize>index << 2));
}

/** Does chunk `chunk` of `chunks` equal parts of `items`; `kernel` as in `kernel-ids.ts`. */
export function runChunk(kernel: i32, job: usize, chunk: i32, chunks: i32, items: i32, thread: i32): void {
  const start = <i32>((<i64>items * chunk) / chunks);
  const end = <i32>((<i64>items * (chunk + 1)) / chunks);
  switch (kernel) {
    case 0:
      convolve(job, start, end, thread);
      break;
    case 1:
      filterGradient(job, start, end, chunk, thread);
      break;
    case 2:
      addPartialSums(job, start, end);
      break;
    case 3: {
      const channels = <i32>arg(job, 1);
      const own = <usize>(chunk * channels) << 3;
      channelMoments(arg(job, 0), start, end, channels, arg(job, 2) + own, arg(job, 3) + own);
      break;
    }
    case 4:
      scaleShift(arg(job, 0), arg(job, 1), arg(job, 2), start, end, <i32>arg(job, 3), arg(job, 4), arg(job, 5), <i32>arg(job, 6));
      break;
    case 5: {
      const channels = <i32>arg(job, 3);
      const own = <usize>(chunk * channels) << 3;
      batchNormGradientSums(arg(job, 0), arg(job, 1), arg(job, 2), start, end, channels, arg(job, 4), arg(job, 5) + own, arg(job, 6) + own);
      break;
    }
    case 6:
      batchNormGradientApply(
        arg(job, 0), arg(job, 1), arg(job, 2), arg(job, 3), arg(job, 4), start, end,
        <i32>arg(job, 5), arg(job, 6), arg(job, 7), arg(job, 8),
      );
      break;
    case 7:
      reluGradient(arg(job, 0), arg(job, 1), arg(job, 2), start, end);
      break;
    case 8:
      sumMiddle(job, start, end);
      break;
    case 9:
      winogradFilters(job, start, end);
      break;
    case 10:
      winogradConvolve(job, start, end, thread);
      break;
    case 11:
      winogradFilterGradient(job, start, end, chunk, thread);
      break;
    case 12:
      winogradFilterResult(job, start, end);
      break;
    case 13:
      maxPoolGradient(job, start, end);
      break;
    case 14:
      depthwiseInputGradient(job, start, end);
      break;
    case 15:
      depthwiseFilterGradient(job, start, end, chunk);
      break;
    case 16:
      momentumUpdate(job, start, end);
      break;
    case 17:
      adamUpdate(job, start, end);
      break;
    case 18:
      pool(job, start, end, false);
      break;
    case 19:
      pool(job, start, end, true);
      break;
    case 20:
      averagePoolGradient(job, start, end);
      break;
    case 21:
      matMul(job, start, end, thread);
      break;
    default:
      unreachable();
  }
}

/** Does all chunks on this thread. */
export function runAll(kernel: i32, job: usize, chunks: i32, items: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) runChunk(kernel, job, chunk, chunks, items, 0);
}
