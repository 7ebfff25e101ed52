/** Mean and standard deviation of each channel, i.e. of each index of an input's last axis. */
export interface Normalization {
  readonly mean: readonly number[];
  /** All above 0. */
  readonly std: readonly number[];
}

/** What a network takes, as JSON: it is stored in a run's config, and everything that feeds the network reads it. */
export interface InputSpec {
  readonly modality: string;
  /** Shape of one input, without the batch axis: `[height, width, channels]` for images. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  /** Applied to every view after its transforms, by whoever makes the view; absent where there is nothing to do. */
  readonly normalization?: Normalization;
  /** What the modality needs besides, such as a sample rate or the size of a vocabulary. */
  readonly [property: string]: unknown;
}

/** `48×32×3`, for messages. */
export function describeShape(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? '?').join('×');
}

/** Whether two shapes are the same. */
export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Number of values in an array of this shape. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
