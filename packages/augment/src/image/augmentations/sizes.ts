import type { InputSpec } from '../../input-spec.ts';
import { imageSpecOf } from '../image-input.ts';

/** `[height, width]` of an input. */
export function sizeOf(input: InputSpec): readonly [number, number] {
  const { height, width } = imageSpecOf(input);
  return [height, width];
}

/**
 * The usual range of width / height of a random crop, around the input's own proportions, so that images of any shape
 * are stretched by a third at most.
 */
export function cropRatio(input: InputSpec): readonly [number, number] {
  const { height, width } = imageSpecOf(input);
  return height === width ? [3 / 4, 4 / 3] : [(3 / 4) * (width / height), (4 / 3) * (width / height)];
}

/** Sides of the local crops of a multi-crop augmentation: 96/224 of the input's, as in SwAV and DINO. */
export function localSizeOf(input: InputSpec): readonly [number, number] {
  const [height, width] = sizeOf(input);
  return [Math.round((96 / 224) * height), Math.round((96 / 224) * width)];
}

/** What colour transforms need of an input. */
export function needsColour(input: InputSpec): string | undefined {
  const { channels } = imageSpecOf(input);
  return channels === 1 || channels === 3 ? undefined : `images of 1 or 3 channels, these have ${channels}`;
}

/** What an augmentation without colours needs: nothing. */
export function needsNothing(): undefined {
  return undefined;
}
