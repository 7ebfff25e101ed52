import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { allocateDecodedCache, withDecodedCache, type DecodedCacheMemory } from '../decoded-cache.ts';
import { parseGeneratedSpec } from '../generated-spec.ts';
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

/** What may follow `generated:shapes?`, and the option that it sets. */
const parameters = { length: 'length', seed: 'seed', size: 'imageSize' } as const;

/**
 * Shapes drawn from a seed: `generated:shapes`, or with options as in `generated:shapes?length=4000&seed=1&size=32`
 * (number of pictures in the split that is opened, seed, side in pixels).
 */
export const generatedShapes: DatasetKind<GeneratedShapesSource> = {
  kind: 'generated-shapes',
  accepts: 'generated:shapes',
  generates: 'shapes',

  recognize({ text }) {
    const options = parseGeneratedSpec(text, 'shapes', parameters);
    return options && { kind: 'generated-shapes', ...options };
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
