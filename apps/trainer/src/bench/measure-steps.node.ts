import type { Timing } from './bench-result.ts';

/**
 * Times `steps` runs of `work`, one after another, after some that do not count: kernels are compiled and memory
 * is claimed in the first.
 *
 * @param batchSize images that one run works through
 */
export async function measureSteps(
  work: () => Promise<unknown>,
  batchSize: number,
  steps: number,
): Promise<Timing> {
  const warmUp = Math.min(2, steps);
  for (let step = 0; step < warmUp; step++) await work();
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  const sorted = times.sort((a, b) => a - b);
  const middle = median(sorted);
  return {
    imagesPerSecond: (batchSize / middle) * 1000,
    stepMs: { min: sorted[0] ?? NaN, median: middle, max: sorted.at(-1) ?? NaN },
    processorMs: (user + system) / 1000 / steps,
  };
}

/** The middle of sorted values; of an even number of them, the mean of the two in the middle. */
export function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return (lower + upper) / 2;
}
