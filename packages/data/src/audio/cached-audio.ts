import type { AudioSample } from '@ssl/augment';

import type { Dataset } from '../dataset.ts';
import { withFloatCache, type FloatCacheMemory } from '../float-cache.ts';

/** A data set of recordings of one sample rate, each of which is decoded once, as far as the memory reaches. */
export function withAudioCache(dataset: Dataset, memory: FloatCacheMemory, sampleRate: number): Dataset {
  return withFloatCache<AudioSample>(
    dataset,
    memory,
    ({ data }) => data,
    (data) => ({ modality: 'audio', sampleRate, data }),
  );
}
