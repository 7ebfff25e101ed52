/** What a data set holds at an index. `modality` names the `Modality` that knows what to do with it. */
export interface Sample {
  readonly modality: string;
}

/** A decoded image, row-major HWC. */
export interface ImageSample extends Sample {
  readonly modality: 'image';
  readonly height: number;
  readonly width: number;
  /** Any number: 1 (grey), 3 (RGB), or as many as a sensor has. */
  readonly channels: number;
  /** `height × width × channels` values. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** The values that stand for 0 and 1, e.g. [0, 255] for 8-bit images. */
  readonly range: readonly [low: number, high: number];
}

/** A recording, one channel. */
export interface AudioSample extends Sample {
  readonly modality: 'audio';
  /** In hertz. */
  readonly sampleRate: number;
  /** The waveform, in [-1, 1]. */
  readonly data: Float32Array;
}

/** A sequence of token ids, such as the bytes of a text. */
export interface TokenSample extends Sample {
  readonly modality: 'tokens';
  /** Ids, from 0. */
  readonly data: Int32Array;
  /** How ids below 256 become text for people; absent where they are no bytes of a text. */
  readonly encoding?: 'utf-8';
}

/** An array of any shape: rows of a table, feature vectors, multi-dimensional measurements. */
export interface ArraySample extends Sample {
  readonly modality: 'array';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * What all samples of a data set have in common, as JSON: enough to decide what a network takes before the first
 * sample is read. Modalities add properties of their own.
 */
export interface SampleSpec {
  readonly modality: string;
  /** Shape of each sample; `null` where samples differ, e.g. `[null, null, 3]` for photos of any size. */
  readonly shape: readonly (number | null)[];
  readonly [property: string]: unknown;
}
