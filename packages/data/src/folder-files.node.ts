import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { UserError } from '@ssl/errors';

import type { OpenContext } from './dataset-kind.node.ts';
import { namesIn } from './file-system.node.ts';
import type { FolderSplit } from './folder-layout.node.ts';

/** What a look at a file found: why it cannot be used, or what is to be known of it. */
export type FileInspection<Found extends { readonly digest: string }> =
  Found | { /** A few words: `truncated`. */ readonly problem: string };

/** The files of a folder that can be used. */
export interface InspectedFiles<Found> {
  /** Indices of their paths. */
  readonly kept: readonly number[];
  /** What was found in each of them. */
  readonly found: readonly Found[];
  /** Over their paths and digests. */
  readonly digest: string;
}

/** What files are called in messages, and how they are looked at. */
export interface InspectOptions<Found extends { readonly digest: string }> {
  /** Kind of the data set, which its fingerprints begin with. */
  readonly kind: string;
  /** `images` */
  readonly plural: string;
  /** Looks at a file, which must not throw. */
  inspect(path: string): Promise<FileInspection<Found>>;
}

/** Files looked at side by side when a folder is opened: enough to keep a disk busy, few enough to hold open. */
const filesAtOnce = 16;
/** Files that a message names, before it only counts. */
const filesNamed = 5;

/**
 * Looks at all files, and skips the broken ones with a warning: what is left must not fail in mid-training.
 *
 * @param paths relative to `folder`
 * @throws UserError if none can be used, or with `context.strict` if one cannot
 */
export async function inspectFiles<Found extends { readonly digest: string }>(
  folder: string,
  paths: readonly string[],
  { kind, plural, inspect }: InspectOptions<Found>,
  context: OpenContext,
): Promise<InspectedFiles<Found>> {
  const inspected = await mapConcurrently(paths, (path) => inspect(join(folder, path)));
  const kept: number[] = [];
  const found: Found[] = [];
  const problems: string[] = [];
  const hash = createHash('sha256').update(`${kind}\n`);
  inspected.forEach((inspection, index) => {
    const path = paths[index] as string;
    if ('problem' in inspection) {
      problems.push(`${path} (${inspection.problem})`);
      return;
    }
    kept.push(index);
    found.push(inspection);
    hash.update(`${path}\n${inspection.digest}\n`);
  });
  if (kept.length === 0) {
    throw new UserError(
      `${folder}: none of the ${paths.length} ${plural} can be read: ${nameSome(problems)}`,
    );
  }
  if (problems.length > 0) {
    const counted = `${problems.length} of ${paths.length} ${plural}`;
    complain(`${counted} skipped: ${nameSome(problems)}`, `in ${folder}: repair or remove them`, context);
  }
  return { kept, found, digest: hash.digest('hex') };
}

/** Warns of files that belong to no class. */
export function complainOfLeftOut(
  { folder, leftOut }: FolderSplit,
  { singular, plural }: { readonly singular: string; readonly plural: string },
  context: OpenContext,
): void {
  if (leftOut.length === 0) return;
  complain(
    `${leftOut.length} ${leftOut.length === 1 ? singular : plural} beside the folders of the classes left out: ${nameSome(leftOut)}`,
    `in ${folder}: move them into a folder`,
    context,
  );
}

/** The error for a folder that holds no file of the kind, with what it holds instead. */
export async function noFilesError(
  { folder, otherExtensions }: FolderSplit,
  singular: string,
  extensions: readonly string[],
): Promise<UserError> {
  if ((await namesIn(folder)).length === 0) return new UserError(`${folder} is empty`);
  const [most] = [...otherExtensions].sort(([, a], [, b]) => b - a);
  const instead = most
    ? `; it holds ${most[1]} ${most[0] === '' ? 'files without extension' : `${most[0]} files`}`
    : '';
  return new UserError(`${folder} holds no ${singular} (${extensions.join(', ')})${instead}`);
}

/** A warning, or with `strict` an error. */
export function complain(what: string, remedy: string, { strict, onWarning }: OpenContext): void {
  if (strict)
    throw new UserError(
      `${what.replace(' skipped:', ' cannot be read:')} (${remedy}, or leave out --strict)`,
    );
  onWarning(`${what}; --strict makes this an error`);
}

/** Some names, and how many more there are. */
export function nameSome(names: readonly string[]): string {
  const more = names.length - filesNamed;
  return names.slice(0, filesNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function mapConcurrently<In, Out>(
  items: readonly In[],
  map: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Array<Out>(items.length);
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index] as In);
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  return results;
}
