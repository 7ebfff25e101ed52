import { createSpectrogram, silence, type Spectrogram } from '../spectrogram.ts';

/**
 * Where silence goes in a clip that is shorter than the segment: around it, with the odd sample at the end, or
 * after it.
 */
export type SegmentPadding = 'both' | 'end';

/**
 * Cuts a segment of `length` samples out of a clip. A clip that is shorter comes whole, and is padded with zeros:
 * by default at both ends, as in nttcslab/byol-a at 3e65c92, byol_a/dataset.py; `end` is what v2 of it does.
 *
 * @param mono samples of one channel
 * @param length samples
 * @param offset first sample: from 0 to `segmentOffsets(mono.length, length) − 1`
 * @throws RangeError if the segment does not lie within the clip
 */
export function segmentSamples(
  mono: Float32Array,
  length: number,
  offset = 0,
  padding: SegmentPadding = 'both',
): Float32Array {
  checkOffset('segmentSamples', mono.length, length, offset);
  const result = new Float32Array(length);
  result.set(mono.subarray(offset, offset + length), paddingBefore(mono.length, length, padding));
  return result;
}

/**
 * The same for the frames of a spectrogram.
 *
 * @param fill value of the frames that are added; default is that of silence in `logMelSpectrogram`
 */
export function segmentFrames(
  spectrogram: Spectrogram,
  length: number,
  offset = 0,
  { padding = 'both', fill = silence }: { readonly padding?: SegmentPadding; readonly fill?: number } = {},
): Spectrogram {
  const { height, width, data } = spectrogram;
  checkOffset('segmentFrames', width, length, offset);
  const before = paddingBefore(width, length, padding);
  const frames = Math.min(length, width);
  const result = createSpectrogram(height, length, fill);
  for (let y = 0; y < height; y++) {
    const from = y * width + offset;
    result.data.set(data.subarray(from, from + frames), y * length + before);
  }
  return result;
}

/** The number of places that a segment can start at: 1 for clips that are no longer than it. */
export function segmentOffsets(clipLength: number, length: number): number {
  return Math.max(0, clipLength - length) + 1;
}

function paddingBefore(clipLength: number, length: number, padding: SegmentPadding): number {
  return padding === 'end' ? 0 : Math.floor(Math.max(0, length - clipLength) / 2);
}

function checkOffset(name: string, clipLength: number, length: number, offset: number): void {
  if (!Number.isInteger(length) || length < 1) {
    throw new RangeError(`${name}: length must be a positive integer, got ${length}`);
  }
  const last = segmentOffsets(clipLength, length) - 1;
  if (!Number.isInteger(offset) || offset < 0 || offset > last) {
    throw new RangeError(`${name}: offset must be an integer from 0 to ${last}, got ${offset}`);
  }
}
