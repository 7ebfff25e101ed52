import type { InputSpec, SampleSpec, ViewRecipe } from '@ssl/augment';
import type { BackendInfo } from '@ssl/backend';
import type { Dataset } from '@ssl/data';
import { UserError } from '@ssl/errors';
import type { AnyMethod, MetricDescription } from '@ssl/losses';
import {
  checkSettings,
  describeMetrics,
  readTrainConfig,
  type PlannedStream,
  type RunPlan,
  type Settings,
} from '@ssl/train';
import { z } from 'zod';
import { moduleSourceSchema, type ModuleSource } from '../methods/module-source.ts';
import type { LabelsSource } from './labels-file.node.ts';
import type { WeightsSource } from './weights-source.ts';

const text = z.string();
const count = z.int().min(0);

/** The layout of `config.json` that this version writes and reads. */
const format = 2;

/**
 * What a run's `config.json` holds beside the settings of training (`trainConfigSchema`): what they were applied
 * to, and by what.
 */
const runDescriptionSchema = z.object({
  /** Of this layout. */
  format: z.literal(format),
  /** Where the method comes from, if not from the library. */
  methodSource: moduleSourceSchema.optional(),
  /** Where the kind of data set comes from, if not from the library. */
  dataKindSource: moduleSourceSchema.optional(),
  /** Whether the network was trained on the data set's labels. */
  usesLabels: z.boolean().optional(),
  preset: text.optional(),
  /** As the user named it; a path is made absolute. */
  data: text,
  /** The file that the labels come from, where they are not the data set's own. */
  labels: z.object({ path: text, sha256: text }).optional(),
  /** What the backbone started from, where that was not chance. */
  init: z.object({ path: text, sha256: text }).optional(),
  dataset: z.object({
    name: text,
    source: z.looseObject({ kind: text }),
    length: count,
    samples: z.custom<SampleSpec>((value) => typeof value === 'object' && value !== null),
    fingerprint: text,
    classNames: z.array(text).optional(),
  }),
  /** What the network takes. */
  inputSpec: z.custom<InputSpec>((value) => typeof value === 'object' && value !== null),
  /** Views that the method learned from. */
  recipe: z.custom<ViewRecipe>((value) => typeof value === 'object' && value !== null),
  streams: z.array(z.custom<PlannedStream>((value) => typeof value === 'object' && value !== null)),
  stepsPerEpoch: count,
  totalSteps: count,
  /** How the metrics of the run log are to be read. */
  metrics: z.record(
    text,
    z.custom<MetricDescription>((value) => typeof value === 'object' && value !== null),
  ),
  backend: z.object({ name: text, description: text, threads: count }),
  versions: z.record(text, text),
  createdAt: text,
});

/** The part of a run's `config.json` that does not decide how it trains. */
export type RunDescription = z.output<typeof runDescriptionSchema>;

/** What a run is described from. */
export interface DescribedRun {
  readonly plan: RunPlan;
  readonly method: AnyMethod;
  readonly methodSource?: ModuleSource | undefined;
  readonly dataKindSource?: ModuleSource | undefined;
  readonly preset?: string | undefined;
  readonly data: string;
  readonly labels?: LabelsSource | undefined;
  readonly init?: WeightsSource | undefined;
  readonly dataset: Dataset;
  readonly backend: BackendInfo;
  readonly versions: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** What a new run's `config.json` holds. */
export function describeRun(run: DescribedRun): Settings {
  const { plan, method, dataset, backend } = run;
  const { config, input, recipe, streams, stepsPerEpoch, totalSteps } = plan;
  const { name, source, length, samples, fingerprint, classNames } = dataset;
  return {
    format,
    ...config,
    ...(run.methodSource && { methodSource: run.methodSource }),
    ...(run.dataKindSource && { dataKindSource: run.dataKindSource }),
    ...(method.usesLabels && { usesLabels: true }),
    ...(run.preset !== undefined && { preset: run.preset }),
    data: run.data,
    ...(run.labels && { labels: { path: run.labels.path, sha256: run.labels.sha256 } }),
    ...(run.init && { init: { path: run.init.path, sha256: run.init.sha256 } }),
    dataset: { name, source, length, samples, fingerprint, classNames },
    inputSpec: input,
    ...{ recipe, streams, stepsPerEpoch, totalSteps },
    metrics: describeMetrics(method, plan),
    backend: { name: backend.name, description: backend.description, threads: backend.threads },
    versions: run.versions,
    createdAt: run.createdAt.toISOString(),
  };
}

/** A run's description and plan, read back. */
export interface StoredRun {
  readonly description: RunDescription;
  readonly plan: RunPlan;
}

/**
 * Reads a run's description back.
 *
 * @param source the file's path, for errors
 * @throws UserError if something is missing or of another form, or another version of the program wrote it
 */
export function readStoredRun(config: Settings, source: string): StoredRun {
  if (config['format'] !== format) {
    throw new UserError(
      `${source} was written by another version of this program (format ${String(config['format'] ?? 1)}, this one reads format ${format}): ` +
        'its run cannot be used here, train it anew',
    );
  }
  const names = Object.keys(runDescriptionSchema.shape);
  const known = Object.entries(config).filter(([name]) => names.includes(name));
  const description = checkSettings(runDescriptionSchema, Object.fromEntries(known), () => source);
  const { inputSpec: input, recipe, streams, stepsPerEpoch, totalSteps, dataset } = description;
  const classes = dataset.classNames?.length;
  return {
    description,
    plan: {
      config: readTrainConfig(config, source),
      ...{ input, recipe, streams, stepsPerEpoch, totalSteps },
      dataset: { length: dataset.length, ...(classes !== undefined && { classes }) },
    },
  };
}
