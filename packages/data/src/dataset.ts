import type { RawImage } from '@ssl/augment';

/**
 * What a data set is opened from, as JSON: it travels to workers, which open the set for themselves, and into
 * the run's config. Each kind of data set declares its own (`kind` tells them apart).
 */
export type DatasetSource = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** A finite, indexed set of images, with labels where they are known. */
export interface ImageDataset {
  /** For people: `cifar-10 (train)`, `generated:shapes (train)`. */
  readonly name: string;
  readonly source: DatasetSource;
  readonly length: number;
  /** Channels of the images: 1 or 3. */
  readonly channels: number;
  /** `[height, width]` where all images share it. */
  readonly imageSize?: readonly [number, number];
  /** Names of the classes, in the order of their labels. Absent where the set has no labels. */
  readonly classNames?: readonly string[];
  /** Class of each image, `[length]`. Absent where the set has no labels. */
  readonly labels?: Int32Array;
  /** A hash over content or file names, sizes and times: two sets with the same fingerprint hold the same images. */
  readonly fingerprint: string;
  /**
   * Decodes one image.
   * @throws RangeError if `index` is not in [0, length)
   */
  read(index: number): Promise<RawImage>;
  close(): Promise<void>;
}
