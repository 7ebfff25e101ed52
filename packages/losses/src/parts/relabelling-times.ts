/** When SeLa assigns labels anew. */
export interface RelabellingOptions {
  /**
   * How the times lie over training: `quadratic`, close at first (the authors' ImageNet program, main.py), or
   * `linear`, evenly (cifar.py).
   */
  readonly schedule: 'quadratic' | 'linear';
  /** Assignments over the run, ≥ 1. */
  readonly count: number;
  /** Images in the data set. */
  readonly samples: number;
  readonly epochs: number;
}

/**
 * The times at which SeLa assigns labels, in images seen, ascending from 0 (yukimasano/self-label@3891e37): before a
 * step, the next one is due where as many images have been seen, one at most. The last time lies beyond the end:
 * the list is never used up.
 *
 * quadratic: (epochs + 1.01) N (i / (count − 1))²; linear: (epochs + 1.0001) N i / (count − 1).
 */
export function relabellingTimes({
  schedule,
  count,
  samples,
  epochs,
}: RelabellingOptions): readonly number[] {
  const shares = Array.from({ length: count }, (_, index) => (count === 1 ? 0 : index / (count - 1)));
  return schedule === 'quadratic'
    ? [...shares.map((share) => (epochs + 1.01) * samples * share ** 2), (epochs + 2) * samples]
    : [...shares.map((share) => (epochs + 1.0001) * samples * share), (epochs + 10) * samples];
}
