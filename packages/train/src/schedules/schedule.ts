import { UserError } from '@ssl/errors';
import type { ScheduleConfig } from './schedule-config.ts';

/** The learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

/** The run that a schedule is for. */
export interface ScheduleContext {
  /** The optimizer's learning rate. */
  readonly baseRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/**
 * The learning rate over a run. With W steps of warm-up, T steps in all and f the warm-up's first factor, step t
 * has these factors (in epochs instead of steps where `per` is `epoch`):
 *
 * - `pytorch`, the usual one: warm-up f + (1 − f) · t / W; decay over (t − W) / (T − W), so that the base rate
 *   occurs once, at step W, and the final one would be reached at step T.
 * - `self-classifier`, the authors' code (also CorInfoMax's): the warm-up includes both ends, t / (W − 1), so that
 *   the base rate occurs at W − 1 and at W, and the final one is never reached.
 * - `lightly`: warm-up (t + 1) / W, and decay over (t − W) / (T − W − 1): the final rate is reached in the last
 *   step.
 *
 * `step` and `multi-step` count epochs from the start of training, warm-up included, as PyTorch's schedulers do.
 *
 * @throws UserError if the warm-up is longer than training
 */
export function createSchedule(config: ScheduleConfig, context: ScheduleContext): Schedule {
  const { baseRate, epochs, stepsPerEpoch } = context;
  const unit = config.per === 'epoch' ? stepsPerEpoch : 1;
  const total = (epochs * stepsPerEpoch) / unit;
  const warmup = Math.round((config.warmupEpochs * stepsPerEpoch) / unit);
  if (warmup > total) {
    throw new UserError(
      `schedule: a warm-up of ${config.warmupEpochs} epochs does not fit into ${epochs}; ` +
        'shorten schedule.warmupEpochs or train longer',
    );
  }
  return (step) => {
    const at = Math.floor(step / unit);
    if (at < warmup) return baseRate * warmupFactor(config, at, warmup);
    const last = config.convention === 'lightly' ? total - 1 : total;
    const progress = Math.min(1, (at - warmup) / Math.max(1, last - warmup));
    return baseRate * decayFactor(config, progress, Math.floor(step / stepsPerEpoch));
  };
}

function warmupFactor(
  { convention, warmupFactor: first }: ScheduleConfig,
  at: number,
  warmup: number,
): number {
  return first + (1 - first) * warmupProgress(convention, at, warmup);
}

function warmupProgress(convention: ScheduleConfig['convention'], at: number, warmup: number): number {
  switch (convention) {
    case 'pytorch':
      return at / warmup;
    case 'self-classifier':
      return warmup === 1 ? 0 : at / (warmup - 1);
    case 'lightly':
      return (at + 1) / warmup;
  }
}

function decayFactor(config: ScheduleConfig, progress: number, epoch: number): number {
  switch (config.name) {
    case 'constant':
      return 1;
    case 'cosine':
      return config.finalFactor + ((1 - config.finalFactor) * (1 + Math.cos(Math.PI * progress))) / 2;
    case 'linear':
      return 1 + (config.finalFactor - 1) * progress;
    case 'step':
      return config.factor ** Math.floor(epoch / config.everyEpochs);
    case 'multi-step':
      return config.factor ** config.milestones.filter((milestone) => milestone <= epoch).length;
  }
}
