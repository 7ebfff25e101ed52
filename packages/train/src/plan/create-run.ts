import type { AnyMethod, MethodState } from '@ssl/losses';
import { createBackbone, disposeTrees, type Backbone } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { callHook, methodError } from '../trainer/method-guard.ts';
import { stateTrees, type StateTrees } from '../trainer/state-trees.ts';
import type { RunPlan } from './run-plan.ts';

/** The networks of a run. */
export interface Run {
  readonly plan: RunPlan;
  readonly method: AnyMethod;
  readonly state: MethodState;
  readonly trees: StateTrees;
  /** The network that is evaluated and exported. */
  readonly evaluated: Backbone;
}

/** How the networks of a run begin. */
export interface CreateRunOptions {
  /** Sets the weights of the backbone before the method copies it or builds on it; default: they are random. */
  readonly initialize?: ((backbone: Backbone) => void) | undefined;
}

/**
 * Builds the networks of a run, as they are before its first step; all chance comes from the config's seed. Training,
 * resuming, evaluation with its untrained baseline, and the contract of methods all begin here.
 *
 * @throws UserError for a backbone that does not take the input
 * @throws MethodError if the method's `init` throws, or gives what trainers cannot use
 */
export function createRun(method: AnyMethod, plan: RunPlan, { initialize }: CreateRunOptions = {}): Run {
  const { config, input, dataset, totalSteps } = plan;
  const { seed, epochs, methodOptions } = config;
  const backbone = createRunBackbone(plan);
  try {
    initialize?.(backbone);
  } catch (error) {
    disposeTrees(backbone.parameters, backbone.buffers);
    throw error;
  }
  const context = {
    ...{ backbone, input, dataset, totalSteps },
    random: createRandom(seed, 'method'),
    batchSize: plan.streams[0]?.batchSize ?? config.batchSize,
    totalEpochs: epochs,
  };
  const roles = callHook(method, 'init', () => method.init(context, methodOptions));
  if (typeof roles !== 'object' || roles === null) {
    throw methodError(method, 'init', `expected { modules, … }, got ${String(roles)}`);
  }
  const state: MethodState = { ...roles, backbone };
  return { plan, method, state, trees: stateTrees(method, state), evaluated: roles.evaluated ?? backbone };
}

/** The backbone of a run as it is before the first step. */
export function createRunBackbone({ config, input }: RunPlan): Backbone {
  const { name, ...options } = config.backbone;
  return createBackbone(name, { input, options, random: createRandom(config.seed, 'backbone') });
}
