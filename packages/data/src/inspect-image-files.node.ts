import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { UserError } from '@ssl/errors';

import type { OpenContext } from './dataset-kind.node.ts';
import { inspectImageFile } from './image-file.node.ts';
import type { ValueType } from './value-types.ts';

/** Files looked at side by side when a folder is opened: enough to keep a disk busy, few enough to hold open. */
const filesAtOnce = 16;
/** Files that a message names, before it only counts. */
const filesNamed = 5;

/** The files of a folder of images that can be used. */
export interface InspectedFiles {
  /** Indices of the paths whose files can be used. */
  readonly kept: readonly number[];
  /** Their heights and widths, `[2 × kept]`. */
  readonly sizes: Uint32Array;
  /** Over the kept paths and their files' digests. */
  readonly digest: string;
  /** What all of them share. */
  readonly channels: number;
  readonly valueType: ValueType;
  readonly pictures: boolean;
}

/** Looks at all files, and skips the broken ones with a warning: what is left must not fail in mid-training. */
export async function inspectImageFiles(
  folder: string,
  paths: readonly string[],
  context: OpenContext,
): Promise<InspectedFiles> {
  const found = await mapConcurrently(paths, (path) => inspectImageFile(join(folder, path)));
  const kept: number[] = [];
  const sizes: number[] = [];
  const problems: string[] = [];
  const hash = createHash('sha256').update('image-folder\n');
  let first: { readonly path: string; readonly kind: string } | undefined;
  let pictures = true;
  let [channels, valueType]: [number, ValueType] = [3, 'uint8'];
  found.forEach((inspection, index) => {
    const path = paths[index] as string;
    if ('problem' in inspection) {
      problems.push(`${path} (${inspection.problem})`);
      return;
    }
    const kind = `${inspection.valueType} with ${inspection.channels} ${inspection.channels === 1 ? 'channel' : 'channels'}`;
    first ??= { path, kind };
    if (kind !== first.kind) {
      throw new UserError(
        `${folder}: expected images of one type and number of channels, got ${first.path} (${first.kind}) and ${path} (${kind}): convert one of them, or keep them in folders of their own`,
      );
    }
    ({ channels, valueType } = inspection);
    pictures &&= inspection.isPicture;
    kept.push(index);
    sizes.push(inspection.height, inspection.width);
    hash.update(`${path}\n${inspection.digest}\n`);
  });
  if (kept.length === 0) {
    throw new UserError(`${folder}: none of the ${paths.length} images can be read: ${nameSome(problems)}`);
  }
  if (problems.length > 0) {
    const counted = `${problems.length} of ${paths.length} images`;
    complain(`${counted} skipped: ${nameSome(problems)}`, `in ${folder}: repair or remove them`, context);
  }
  const digest = hash.digest('hex');
  return { kept, sizes: Uint32Array.from(sizes), digest, channels, valueType, pictures };
}

/** A warning, or with `strict` an error. */
export function complain(what: string, remedy: string, { strict, onWarning }: OpenContext): void {
  if (strict)
    throw new UserError(
      `${what.replace(' skipped:', ' cannot be read:')} (${remedy}, or leave out --strict)`,
    );
  onWarning(`${what}; --strict makes this an error`);
}

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
