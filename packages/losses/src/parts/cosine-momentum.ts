/** A momentum that grows over training. */
export interface CosineMomentumOptions {
  /** Momentum of step 0, in [0, 1]. */
  readonly base: number;
  /** Momentum at the end; default 1. */
  readonly final?: number;
  /** Steps of the run, ≥ 1. */
  readonly totalSteps: number;
  /**
   * Where the end is reached: at step `totalSteps`, just after training, as in BYOL (the default), or in the last
   * step, as in lightly.
   */
  readonly reachedIn?: 'next-step' | 'last-step';
}

/**
 * Momentum of an EMA target at a step, counted from 0 (Grill et al., BYOL, 2020):
 * final − (final − base) · (cos(π k / K) + 1) / 2.
 */
export function cosineMomentum(step: number, options: CosineMomentumOptions): number {
  const { base, final = 1, totalSteps, reachedIn = 'next-step' } = options;
  const end = Math.max(1, reachedIn === 'next-step' ? totalSteps : totalSteps - 1);
  return final - ((final - base) * (Math.cos((Math.PI * Math.min(step, end)) / end) + 1)) / 2;
}
