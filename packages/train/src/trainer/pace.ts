import type { ViewLoader } from '@ssl/data';

/** How fast training goes. */
export interface Pace {
  readonly imagesPerSecond: number;
  /** Share of the time that training stood still for want of data, [0, 1]. */
  readonly dataWaitFraction: number;
}

/** Measures the pace between two lines of the run log. */
export interface PaceMeter {
  /** A step has been done. */
  countSamples(samples: number): void;
  /** The pace since the last `restart`. */
  read(): Pace;
  restart(): void;
  /** Does something that is no training, such as saving: its time does not count. */
  pauseWhile<T>(action: () => Promise<T>): Promise<T>;
}

/** A meter that starts now. */
export function createPaceMeter(loader: ViewLoader): PaceMeter {
  let start = performance.now();
  let waited = loader.waitMilliseconds;
  let images = 0;
  return {
    countSamples: (count) => {
      images += count;
    },
    read() {
      const elapsed = Math.max(performance.now() - start, 1e-3);
      return {
        imagesPerSecond: (images / elapsed) * 1000,
        dataWaitFraction: Math.min(1, (loader.waitMilliseconds - waited) / elapsed),
      };
    },
    restart() {
      start = performance.now();
      waited = loader.waitMilliseconds;
      images = 0;
    },
    async pauseWhile(action) {
      const begin = performance.now();
      try {
        return await action();
      } finally {
        start += performance.now() - begin;
      }
    },
  };
}
