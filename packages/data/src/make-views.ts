import {
  allocateViewGroups,
  applyRecipe,
  groupsOfStream,
  partnerRandom,
  writeViews,
  type InputSpec,
  type Sample,
  type ViewGroups,
  type ViewRecipe,
} from '@ssl/augment';
import { createRandom, type Random } from '@ssl/random';

import type { BatchSegment } from './batch-order.ts';
import type { Dataset } from './dataset.ts';
import type { ViewSlice } from './join-slices.ts';
import type { StreamPlan } from './view-loader.ts';

/** From what views are made. */
export interface ViewOptions {
  readonly dataset: Dataset;
  readonly recipe: ViewRecipe;
  readonly input: InputSpec;
  readonly streams: readonly StreamPlan[];
  readonly seed: number;
}

/** Samples that are decoded while the views of another are being made: decoding runs beside JavaScript. */
const readAhead = 4;

/**
 * Reads samples and makes their views, as `ViewLoader` defines them.
 *
 * @param isCancelled asked before each sample; once it says so, the rest is left out
 * @throws what `dataset.read` and `applyRecipe` throw
 */
export async function makeViews(
  options: ViewOptions,
  { stream, isFirst, pass, indices }: BatchSegment,
  isCancelled: () => boolean = () => false,
): Promise<ViewSlice> {
  const { recipe, input, seed } = options;
  const random = createRandom(seed, 'views', ...(isFirst ? [pass] : [stream, pass]));
  const reads: Promise<ReadSample>[] = [];
  let groups: ViewGroups = {};
  for (let position = 0; position < indices.length && !isCancelled(); position++) {
    while (reads.length < Math.min(position + readAhead + 1, indices.length)) {
      const index = indices[reads.length] as number;
      const read = readWithPartners(options, stream, isFirst, index, random.split(index));
      // One that fails is awaited in its turn; until then, and after an earlier failure, nobody may complain.
      read.catch(() => undefined);
      reads.push(read);
    }
    const { sample, partners } = await (reads[position] as Promise<ReadSample>);
    const views = applyRecipe(sample, random.split(indices[position] as number), {
      ...{ recipe, input, stream: { name: stream, isFirst } },
      partner: (group, view) => partners.get(`${group} ${view}`) as Sample,
    });
    if (position === 0) groups = allocateViewGroups(views, stream, indices.length);
    writeViews(groups, position, views);
  }
  return { stream, size: indices.length, groups };
}

/** A sample, and those that its views mix in. */
interface ReadSample {
  readonly sample: Sample;
  /** By group and view. */
  readonly partners: ReadonlyMap<string, Sample>;
}

async function readWithPartners(
  { dataset, recipe, input, streams }: ViewOptions,
  stream: string,
  isFirst: boolean,
  index: number,
  random: Random,
): Promise<ReadSample> {
  const sample = dataset.read(index);
  const mixing = groupsOfStream(recipe, input, { name: stream, isFirst }).filter(
    (group) => group.needsPartner,
  );
  const chosen = streams.find(({ name }) => name === stream)?.indices;
  const partners = mixing.flatMap(({ name, count }) =>
    Array.from({ length: count }, async (_, view): Promise<[string, Sample]> => {
      const place = partnerRandom(random, name, view).integer(chosen?.length ?? dataset.length);
      return [`${name} ${view}`, await dataset.read(chosen?.[place] ?? place)];
    }),
  );
  return { sample: await sample, partners: new Map(await Promise.all(partners)) };
}
