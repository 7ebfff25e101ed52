/** A decoded image: 8-bit samples, row-major HWC. */
export interface RawImage {
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: number;
  /** `height × width × channels` bytes in [0, 255]. */
  readonly data: Uint8Array;
}

/** An image on its way through the transforms: float32 samples, row-major HWC, in [0, 1] until normalised. */
export interface FloatImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** The size of the images that a network takes. */
export interface ImageSpec {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A rectangle of pixels within an image. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** An image of this size, its samples all 0. */
export function createImage(height: number, width: number, channels: number): FloatImage {
  return { height, width, channels, data: new Float32Array(height * width * channels) };
}

/** `48×32×3`, for messages. */
export function describeSize({ height, width, channels }: ImageSpec): string {
  return `${height}×${width}×${channels}`;
}
