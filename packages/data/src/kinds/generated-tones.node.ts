import { withAudioCache } from '../audio/cached-audio.ts';
import type { DatasetSource, Dataset, SharedDataset } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { allocateFloatCache, type FloatCacheMemory } from '../float-cache.ts';
import { parseGeneratedSpec } from '../generated-spec.ts';
import { createGeneratedTones, type GeneratedTonesOptions } from '../generated-tones.ts';

/** The source of generated tones. */
export interface GeneratedTonesSource extends DatasetSource, GeneratedTonesOptions {
  readonly kind: 'generated-tones';
}

/** Generated tones as they travel to workers; without the cache where the set was made by `createGeneratedTones`. */
interface SharedTones extends SharedDataset {
  readonly kind: 'generated-tones';
  readonly source: GeneratedTonesSource;
  readonly cache?: FloatCacheMemory;
}

/** What may follow `generated:tones?`, and the option that it sets. */
const parameters = { length: 'length', seed: 'seed', rate: 'sampleRate' } as const;

/**
 * Tones rendered from a seed: `generated:tones`, or with options as in `generated:tones?length=400&seed=1&rate=16000`
 * (number of tones in the split that is opened, seed, sample rate in Hz).
 */
export const generatedTones: DatasetKind<GeneratedTonesSource> = {
  kind: 'generated-tones',
  accepts: 'generated:tones',
  generates: 'tones',

  recognize({ text }) {
    const options = parseGeneratedSpec(text, 'tones', parameters);
    return options && { kind: 'generated-tones', ...options };
  },

  splits: () => Promise.resolve(['train', 'test']),

  open: (source, { split, cacheBytes }) => Promise.resolve(openCached({ ...source, split }, cacheBytes)),

  attach(shared) {
    const { source, cache } = shared as SharedTones;
    const dataset = createGeneratedTones(source);
    return Promise.resolve(cache ? withCache(dataset, cache) : dataset);
  },
};

/** Rendering a tone takes longer than making views of it, so each is rendered once. */
function openCached(source: GeneratedTonesSource, cacheBytes: number): Dataset {
  const dataset = createGeneratedTones(source);
  const sizes = new Uint32Array(dataset.length).fill(dataset.samples.shape[0] ?? 0);
  const cache = allocateFloatCache(sizes, cacheBytes);
  const shared: SharedTones = { kind: 'generated-tones', source, cache };
  // The source stays as it was given, so that the other split opened from it has its own default length.
  return { ...withCache(dataset, cache), source, share: () => shared };
}

function withCache(dataset: Dataset, cache: FloatCacheMemory): Dataset {
  return withAudioCache(dataset, cache, dataset.samples['sampleRate'] as number);
}
