/** What can be asked of `useBackend`. `auto` takes the fastest that is there. */
export const backendNames = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** The backend that computes, for programs and for people. */
export interface BackendInfo {
  /** Its name in TensorFlow.js, e.g. `wasm`. */
  readonly name: Exclude<BackendName, 'auto'>;
  /** One line for people, e.g. `wasm (SIMD, 2 threads)`. */
  readonly description: string;
  /** Threads that compute, this one included; where the backend does not say, 1. */
  readonly threads: number;
  /** Whether it computes on several numbers at a time. */
  readonly simd: boolean;
  /** Sentences for people: why nothing faster is used, and the command that would help. */
  readonly notes: readonly string[];
  /** The most memory that tensors can take, in bytes, where the backend has such a limit. */
  readonly memoryLimitBytes?: number;
  /** The memory that the backend holds at the moment, in bytes, where it can tell; it gives none of it back. */
  readonly memoryBytes?: () => number;
  /**
   * Ends the backend's threads and frees its memory; all its tensors are lost. A program need not call it: it ends
   * by itself.
   */
  readonly dispose: () => Promise<void>;
}
