import type { Checkpoint } from './checkpoint.ts';
import type { MetricsRecord, RunStore } from './run-store.ts';

/** A run that is kept in memory: for a library's user without a disk, in a browser or a test. */
export interface MemoryRunStore extends RunStore {
  readonly checkpoint: Checkpoint | undefined;
  readonly metrics: readonly MetricsRecord[];
}

/** A store without a checkpoint, or one that begins with a given one. */
export function createMemoryRunStore(from?: Checkpoint): MemoryRunStore {
  let checkpoint = from;
  let metrics: readonly MetricsRecord[] = [];
  return {
    get checkpoint() {
      return checkpoint;
    },
    get metrics() {
      return metrics;
    },
    loadCheckpoint: async () => checkpoint,
    saveCheckpoint: async (next) => {
      checkpoint = next;
    },
    appendMetrics: async (record) => {
      metrics = [...metrics, record];
    },
    rewindMetrics: async (step) => {
      metrics = metrics.filter((record) => record.step <= step);
    },
  };
}
