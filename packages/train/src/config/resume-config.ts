import { UserError } from '@ssl/errors';
import { checkSettings } from './check-settings.ts';
import { overlaySettings, settingAt, settingPaths, type Settings } from './settings.ts';
import { trainConfigSchema, type TrainConfig } from './train-config.ts';

/** Settings that change no result, so that a resumed run may have others than it began with. */
const changeable: ReadonlySet<string> = new Set([
  'workers',
  'logEverySteps',
  'checkpointEveryEpochs',
  'checkpointEveryMinutes',
]);

/**
 * The config to resume a run with: the run's own, with what may change as `given`. The number of epochs may grow, which
 * plans all that runs over training anew: the learning rate, momenta, times of relabelling.
 *
 * @param run the config that the run began with
 * @param given what the user set explicitly now, as in a `ConfigLayer`
 * @param source what the settings are called in errors
 * @throws UserError for a setting that contradicts the run, with both values, or that does not exist
 */
export function resumeConfig(run: TrainConfig, given: Settings, source = 'resume'): TrainConfig {
  const merged = checkSettings(trainConfigSchema, overlaySettings(run, given), () => source);
  for (const path of settingPaths(given)) {
    if (changeable.has(path[0] as string)) continue;
    const [before, now] = [settingAt(run, path), settingAt(given, path)];
    if (JSON.stringify(before) === JSON.stringify(now)) continue;
    if (path.join() === 'epochs' && merged.epochs > run.epochs) continue;
    const was = before === undefined ? 'is not set' : `is ${JSON.stringify(before)}`;
    throw new UserError(
      `${source}: ${path.join('.')} ${was} in this run, and cannot become ${JSON.stringify(now)}; ` +
        'leave it out to resume, or start a new run',
    );
  }
  return merged;
}
