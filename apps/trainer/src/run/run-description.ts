import type { BackendInfo } from '@ssl/backend';
import type { ImageDataset } from '@ssl/data';
import { checkSettings, recipeNormalization, type Settings, type Trainer } from '@ssl/train';
import { z } from 'zod';
import { methodSourceSchema, type MethodSource } from '../methods/method-source.ts';

const text = z.string();
const count = z.int().min(0);

/**
 * What a run's `config.json` holds beside the settings of training (`trainConfigSchema`): what they were applied
 * to, and by what.
 */
const runDescriptionSchema = z.object({
  /** Where the method comes from, if not from the library. */
  methodSource: methodSourceSchema.optional(),
  /** Whether the network was trained on the data set's labels. */
  usesLabels: z.boolean().optional(),
  preset: text.optional(),
  /** As the user named it; a path is made absolute. */
  data: text,
  dataset: z.object({
    name: text,
    source: z.looseObject({ kind: text }),
    length: count,
    channels: count,
    fingerprint: text,
    classNames: z.array(text).optional(),
    imageSize: z.tuple([count, count]).optional(),
  }),
  /** Images that the network takes. */
  image: z.object({ height: count, width: count, channels: count }),
  normalization: z.object({ mean: z.array(z.number()), std: z.array(z.number()) }),
  /** Views that the method learned from. */
  recipe: z.looseObject({}),
  totalSteps: count,
  backend: z.object({ name: text, description: text, threads: count }),
  versions: z.record(text, text),
  createdAt: text,
});

/** The part of a run's `config.json` that does not decide how it trains. */
export type RunDescription = z.output<typeof runDescriptionSchema>;

/** What a run is described from. */
export interface DescribedRun {
  readonly trainer: Trainer;
  readonly methodSource?: MethodSource | undefined;
  readonly usesLabels?: boolean | undefined;
  readonly preset?: string | undefined;
  readonly data: string;
  readonly dataset: ImageDataset;
  readonly backend: BackendInfo;
  readonly versions: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** What a new run's `config.json` holds. */
export function describeRun(run: DescribedRun): Settings {
  const { trainer, dataset, backend } = run;
  const { name, source, length, channels, fingerprint, classNames, imageSize } = dataset;
  const { name: backbone, width, stem, initialization } = trainer.backbone.settings;
  return {
    ...trainer.config,
    backbone: { name: backbone, width, stem, initialization },
    ...(run.methodSource && { methodSource: run.methodSource }),
    ...(run.usesLabels && { usesLabels: true }),
    ...(run.preset !== undefined && { preset: run.preset }),
    data: run.data,
    dataset: { name, source, length, channels, fingerprint, classNames, imageSize },
    image: trainer.image,
    normalization: recipeNormalization(trainer.recipe, trainer.image.channels),
    recipe: trainer.recipe,
    totalSteps: trainer.totalSteps,
    backend: { name: backend.name, description: backend.description, threads: backend.threads },
    versions: run.versions,
    createdAt: run.createdAt.toISOString(),
  };
}

/**
 * Reads a run's description back.
 *
 * @param source the file's path, for errors
 * @throws UserError if something is missing or of another form
 */
export function readRunDescription(config: Settings, source: string): RunDescription {
  const names = Object.keys(runDescriptionSchema.shape);
  const known = Object.entries(config).filter(([name]) => names.includes(name));
  return checkSettings(runDescriptionSchema, Object.fromEntries(known), () => source);
}
