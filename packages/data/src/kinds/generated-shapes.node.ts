import { unknownNameError, UserError } from '@ssl/errors';

import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { allocateDecodedCache, withDecodedCache, type DecodedCacheMemory } from '../decoded-cache.ts';
import { createGeneratedShapes, type GeneratedShapesOptions } from '../generated-shapes.ts';

/** The source of generated shapes. */
export interface GeneratedShapesSource extends DatasetSource, GeneratedShapesOptions {
  readonly kind: 'generated-shapes';
}

/** Generated shapes as they travel to workers; without the cache where the set was made by `createGeneratedShapes`. */
interface SharedShapes extends SharedDataset {
  readonly kind: 'generated-shapes';
  readonly source: GeneratedShapesSource;
  readonly cache?: DecodedCacheMemory;
}

const prefix = 'generated:';
/** What may follow `generated:shapes?`, and the option that it sets. */
const parameters: Readonly<Record<string, 'length' | 'seed' | 'imageSize'>> = {
  length: 'length',
  seed: 'seed',
  size: 'imageSize',
};

/**
 * Shapes drawn from a seed: `generated:shapes`, or with options as in `generated:shapes?length=4000&seed=1&size=32`
 * (number of pictures in the split that is opened, seed, side in pixels).
 */
export const generatedShapes: DatasetKind<GeneratedShapesSource> = {
  kind: 'generated-shapes',
  accepts: 'generated:shapes',

  recognize({ text }) {
    if (!text.startsWith(prefix)) return undefined;
    const [name = '', query = ''] = text.slice(prefix.length).split('?', 2);
    if (name !== 'shapes') throw unknownNameError('generated data set', name, ['shapes']);
    const options = [...new URLSearchParams(query)].map(([key, value]) => [
      optionOf(key),
      numberOf(key, value),
    ]);
    return { kind: 'generated-shapes', ...(Object.fromEntries(options) as GeneratedShapesOptions) };
  },

  splits: () => Promise.resolve(['train', 'test']),

  open: (source, { split, cacheBytes }) => Promise.resolve(openCached({ ...source, split }, cacheBytes)),

  attach(shared) {
    const { source, cache } = shared as SharedShapes;
    const dataset = createGeneratedShapes(source);
    return Promise.resolve(cache ? withDecodedCache(dataset, cache) : dataset);
  },
};

/** Drawing a picture takes as long as making views of it, so each is drawn once. */
function openCached(source: GeneratedShapesSource, cacheBytes: number): Dataset {
  const dataset = createGeneratedShapes(source);
  const [side, , channels] = dataset.samples.shape;
  const sizes = new Uint32Array(2 * dataset.length).fill(side ?? 0);
  const cache = allocateDecodedCache(sizes, channels ?? 0, cacheBytes);
  const shared: SharedShapes = { kind: 'generated-shapes', source, cache };
  // The source stays as it was given, so that the other split opened from it has its own default length.
  return { ...withDecodedCache(dataset, cache), source, share: () => shared };
}

function optionOf(key: string): string {
  const option = parameters[key];
  if (option !== undefined) return option;
  throw unknownNameError('option of generated:shapes', key, Object.keys(parameters));
}

function numberOf(key: string, text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new UserError(`generated:shapes: ${key} must be a whole number, got "${text}"`);
}
