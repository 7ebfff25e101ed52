import { unknownNameError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import { getBackboneKind } from '@ssl/models';
import type { z } from 'zod';
import { checkSettings } from './check-settings.ts';
import { isSettings, overlaySettings, settingAt, settingPaths, type Settings } from './settings.ts';
import { autoName, trainConfigSchema, type TrainConfig } from './train-config.ts';
import { trainingPresets } from './training-presets.ts';

/** Settings from one place. */
export interface ConfigLayer {
  /** The place, for errors and for `ResolvedConfig.sources`: `config file run.json`, `option --epochs`. */
  readonly source: string;
  readonly settings: Settings;
}

/** What a config is made of. */
export interface ResolveConfigOptions {
  readonly method: AnyMethod;
  /** Name of a preset: one of `trainingPresets`, or of the method's own, or of both. */
  readonly preset?: string;
  /** Further settings, each over those before: usually a config file's, then the options'. */
  readonly layers?: readonly ConfigLayer[];
}

/** A config, and where it comes from. */
export interface ResolvedConfig {
  readonly config: TrainConfig;
  /**
   * For each setting by its dotted name, the place that decided it: `default`, `method default`,
   * `preset NAME`, or a layer's `source`.
   */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Settles all settings of a run. The last of these wins: the schema's defaults, the method's defaults, the
 * training preset, the method's own preset of the same name, the layers in order. Settings of another kind (a
 * layer that names another optimizer) replace those below whole.
 *
 * @throws UserError for an unknown preset or setting (with the nearest name and the valid ones), and for a value
 * that does not fit, with the place it comes from
 */
export function resolveConfig({ method, preset, layers = [] }: ResolveConfigOptions): ResolvedConfig {
  const defaults: Settings = trainConfigSchema.parse({ method: method.name });
  const stack = [...(preset === undefined ? [] : presetLayers(method, preset)), ...layers];
  let merged = defaults;
  for (const { settings } of stack) merged = overlaySettings(merged, settings);

  function decidedBy(path: readonly string[]): string {
    const layer = stack.findLast(({ settings }) => settingAt(settings, path) !== undefined);
    return layer?.source ?? (path[0] === 'methodOptions' ? 'method default' : 'default');
  }

  const checked = checkSettings(trainConfigSchema, { ...merged, method: method.name }, decidedBy);
  const methodOptions = checkMethodOptions(method, checked.methodOptions, decidedBy);
  const backbone = checkBackboneOptions(checked.backbone, decidedBy);
  const config: TrainConfig = { ...checked, methodOptions, backbone };
  return {
    config,
    sources: new Map(settingPaths(config).map((path) => [path.join('.'), decidedBy(path)])),
  };
}

/**
 * A method's options with its defaults filled in.
 *
 * @throws UserError for an option the method does not know, or a value that does not fit
 */
export function checkMethodOptions(
  method: AnyMethod,
  options: Settings,
  where: (path: readonly string[]) => string = () => method.name,
): Record<string, unknown> {
  const schema: z.ZodType = method.options;
  const checked = checkSettings(schema, options, where, ['methodOptions']);
  return isSettings(checked) ? { ...checked } : {};
}

/**
 * The options of a backbone with its kind's defaults filled in. Those of `auto` are left for the kind that the data
 * will decide.
 *
 * @throws UserError for an option that the kind does not know, or a value that does not fit
 */
export function checkBackboneOptions(
  { name, ...options }: TrainConfig['backbone'],
  where: (path: readonly string[]) => string = () => 'backbone',
): TrainConfig['backbone'] {
  if (name === autoName) return { name, ...options };
  return { name, ...checkSettings(getBackboneKind(name).options, options, where, ['backbone']) };
}

/** The settings of a preset: the training's half, then the method's. */
function presetLayers(method: AnyMethod, name: string): ConfigLayer[] {
  const training = trainingPresets[name];
  const own = method.presets?.[name];
  if (training === undefined && own === undefined) {
    const known = new Set([...Object.keys(trainingPresets), ...Object.keys(method.presets ?? {})]);
    throw unknownNameError('preset', name, [...known]);
  }
  const source = `preset ${name}`;
  return [
    { source, settings: training?.training ?? {} },
    { source, settings: { ...own?.training, ...(own?.options && { methodOptions: own.options }) } },
  ];
}
