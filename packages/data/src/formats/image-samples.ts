import { UserError } from '@ssl/errors';

/** A decoded image at the depth of its file. */
export interface ImageSamples {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  readonly channels: number;
  /** Rows of pixels from the top, channels last: `height × width × channels` samples. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/**
 * @param place what to call the image in errors: its file, or its index
 * @throws UserError that names the first pixel with NaN or infinity
 */
export function checkFinite({ width, channels, data }: ImageSamples, place: string): void {
  if (!(data instanceof Float32Array)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const pixel = Math.floor(at / channels);
  throw new UserError(
    `${place}: expected finite numbers, got ${data[at]} at row ${Math.floor(pixel / width)}, ` +
      `column ${pixel % width}, channel ${at % channels}: replace such samples (numpy.nan_to_num) or leave the image out`,
  );
}
