/** How long one kind of work took. */
export interface Timing {
  /** By the median. */
  readonly imagesPerSecond: number;
  readonly stepMs: { readonly min: number; readonly median: number; readonly max: number };
  /** Processor time of all threads that one step took: on a busy machine it says more than the clock. */
  readonly processorMs: number;
}

/** Where a training step's time goes: one kernel on one shape. */
export interface KernelShare {
  readonly kernel: string;
  /** Of its inputs, e.g. `128×32×32×16, 3×3×16×16`. */
  readonly shapes: string;
  /** In one step. */
  readonly calls: number;
  /** Of one step, in milliseconds. */
  readonly ms: number;
}

/** What `ssl bench --json` prints for one backend. */
export interface BenchResult {
  readonly backend: string;
  /** The backend for people, with its version. */
  readonly description: string;
  readonly threads: number;
  readonly backbone: string;
  readonly width: number;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly steps: number;
  /** Forward pass, gradients and optimizer. */
  readonly train: Timing;
  /** Forward pass by running statistics. */
  readonly inference: Timing;
  /** Most memory that the process held. */
  readonly peakMemoryMiB: number;
  readonly profile?: readonly KernelShare[];
}

/** What to measure on. */
export interface BenchSettings {
  readonly backbone: string;
  readonly width?: number;
  readonly batchSize: number;
  /** Side of the square images in pixels. */
  readonly imageSize: number;
  readonly steps: number;
}
