/** Weights that a backbone started from, as a run remembers them. */
export interface WeightsSource {
  /** Absolute: a file, or a run folder. */
  readonly path: string;
  /** Of the tensors: a run that had no checkpoint yet begins again with the very same ones only. */
  readonly sha256: string;
}
