/**
 * A spectrogram as an image of one channel, so that image networks and image transforms take it: a row is a
 * frequency band, row 0 the lowest; a column is a frame of time.
 */
export interface Spectrogram {
  /** Number of frequency bands. */
  readonly height: number;
  /** Number of frames. */
  readonly width: number;
  readonly channels: 1;
  /** `[height × width]`, row-major. */
  readonly data: Float32Array;
}

/** A spectrogram of this size, every value `fill`. */
export function createSpectrogram(height: number, width: number, fill = 0): Spectrogram {
  const data = new Float32Array(height * width);
  if (fill !== 0) data.fill(fill);
  return { height, width, channels: 1, data };
}

/**
 * What is added to a power before its logarithm is taken: float32's epsilon, as the authors of BYOL-A do
 * (`torch.finfo().eps`).
 */
export const powerFloor = 2 ** -23;

/** The log-mel value of silence. */
export const silence = Math.log(powerFloor);
