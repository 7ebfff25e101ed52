import type { SampleSpec } from '@ssl/augment';

import type { ValueRange } from './formats/value-range.ts';

/**
 * The values that stand for 0 and 1 in images of 16 bits or floats: the property `range` of the samples.
 *
 * @returns `undefined` for 8-bit images, where they are always 0 and 255, and for samples that are no images
 */
export function sampleRange({ range }: SampleSpec): ValueRange | undefined {
  if (!Array.isArray(range) || range.length !== 2) return undefined;
  const [low, high] = range as unknown[];
  return typeof low === 'number' && typeof high === 'number' && low < high ? [low, high] : undefined;
}
