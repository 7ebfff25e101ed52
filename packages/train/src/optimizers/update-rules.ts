import type { ParameterGroup } from '@ssl/losses';
import type { ParamTree } from '@ssl/models';
import type { UpdatePlace } from './optimizer.ts';

/** How one parameter is updated in a step. */
export interface UpdateRule {
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What an optimizer's config says of weight decay. */
interface DecayConfig {
  readonly weightDecay: number;
  /** Decay at the end of training, which is reached by a cosine. */
  readonly weightDecayEnd?: number | undefined;
}

/** Rates and decay by parameter; `undefined` for one that stays as it is in this step. */
export type UpdateRules = (name: string, learningRate: number, place?: UpdatePlace) => UpdateRule | undefined;

const beginning: UpdatePlace = { epoch: 0, progress: 0 };

/**
 * The rules of a run: the config's decay, which may change over training as DINO's does, and the method's parameter
 * groups; the first group that a parameter belongs to counts.
 */
export function createUpdateRules(
  parameters: ParamTree,
  config: DecayConfig,
  groups: readonly ParameterGroup[] = [],
): UpdateRules {
  const groupOf = new Map(
    [...parameters].map(([name, { variable }]) => [
      name,
      groups.find((group) => group.includes(name, variable.shape)),
    ]),
  );
  return (name, learningRate, place = beginning) => {
    const { learningRateFactor = 1, weightDecayFactor = 1, frozenEpochs = 0 } = groupOf.get(name) ?? {};
    if (place.epoch < frozenEpochs) return undefined;
    return {
      learningRate: learningRate * learningRateFactor,
      weightDecay: decayAt(config, place.progress) * weightDecayFactor,
    };
  };
}

/** The decay at a share of all steps; DINO's `cosine_scheduler` where it has an end. */
function decayAt({ weightDecay, weightDecayEnd }: DecayConfig, progress: number): number {
  if (weightDecayEnd === undefined) return weightDecay;
  return weightDecayEnd + 0.5 * (weightDecay - weightDecayEnd) * (1 + Math.cos(Math.PI * progress));
}
