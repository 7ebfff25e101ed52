import type { Random } from '@ssl/random';

import { segmentOffsets, segmentSamples, type SegmentPadding } from '../functional/segment.ts';

/**
 * A segment from a random place of a clip; see `segmentSamples` for clips that are shorter.
 *
 * @param mono samples of one channel
 * @param length samples
 */
export function randomSegment(
  mono: Float32Array,
  length: number,
  random: Random,
  padding?: SegmentPadding,
): Float32Array {
  const offset = random.integer(segmentOffsets(mono.length, length));
  return segmentSamples(mono, length, offset, padding);
}
