import { registerModality, type AnyModality } from '@ssl/augment';
import { registerDatasetKind, type DatasetKind } from '@ssl/data/node';
import { UserError } from '@ssl/errors';
import { loadModuleOfRun, loadUserModule } from '../methods/load-user-module.node.ts';
import type { ModuleSource } from '../methods/module-source.ts';

/**
 * Loads the kind of data set that `--data-kind` names, a file or a package of the user's own, and makes it known to
 * this process: `--data` is asked of it before all other kinds. The module exports `kind`, and `modality` where its
 * samples are of a modality of its own.
 *
 * @returns where it comes from, for the run's config; `undefined` without a name
 * @throws UserError, one line, for a file that is missing or cannot be run, or exports no kind
 */
export async function loadDataKind(name: string | undefined): Promise<ModuleSource | undefined> {
  if (name === undefined) return undefined;
  const { exported, source } = await loadUserModule(name, {
    option: '--data-kind',
    unknown: (text) =>
      new UserError(`--data-kind ${text}: there is no such package; name a file, ./my-kind.ts, or a package`),
  });
  register(exported, source.module);
  return source;
}

/** Loads the kind of data set that a run was begun with, where it is a user's own. */
export async function loadDataKindOfRun(
  source: ModuleSource | undefined,
  warn: (line: string) => void,
): Promise<void> {
  if (source === undefined) return;
  register((await loadModuleOfRun(source, 'the run’s kind of data', warn)).exported, source.module);
}

function register({ kind, modality }: Readonly<Record<string, unknown>>, origin: string): void {
  if (!hasFunctions(kind, ['recognize', 'splits', 'open']) || typeof kind['kind'] !== 'string') {
    throw new UserError(
      `${origin}: exports no kind of data set: expected "export const kind = { kind, recognize, splits, open }"`,
    );
  }
  if (modality !== undefined) {
    const parts = ['inputFor', 'defaultAugmentation', 'evaluation', 'begin', 'finish', 'preview'];
    if (!hasFunctions(modality, parts) || typeof modality['name'] !== 'string') {
      throw new UserError(`${origin}: modality: expected an object with a name and ${parts.join(', ')}`);
    }
    registerModality(modality as unknown as AnyModality);
  }
  registerDatasetKind(kind as unknown as DatasetKind);
}

function hasFunctions(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
