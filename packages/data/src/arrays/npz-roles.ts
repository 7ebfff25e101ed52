import { UserError } from '@ssl/errors';

/** Names of the arrays of one split. */
export interface SplitArrays {
  readonly images: string;
  /** Absent where the images have no labels. */
  readonly labels?: string;
}

/** Which array of an NPZ file is what. */
export interface NpzRoles {
  readonly train: SplitArrays;
  /** Absent where nothing is held back for evaluation. */
  readonly test?: SplitArrays;
}

/** Names for a file with both splits: Keras's `mnist.npz`, and MedMNIST's files. */
const splitNames = [
  { train: { images: 'x_train', labels: 'y_train' }, test: { images: 'x_test', labels: 'y_test' } },
  {
    train: { images: 'train_images', labels: 'train_labels' },
    test: { images: 'test_images', labels: 'test_labels' },
  },
];
const imageNames = ['x', 'images', 'data'];
const labelNames = ['y', 'labels'];

/**
 * Tells images and labels of an NPZ file by the names of its arrays:
 *
 * - `x_train`, `y_train`, `x_test`, `y_test` (Keras), or `train_images`, `train_labels`, `test_images`, `test_labels`
 *   (MedMNIST, whose `val_…` arrays are not used); all but the first may be missing
 * - `x`, `images` or `data`, and `y` or `labels` where there are labels
 * - the only array, whatever its name, beside `y` or `labels` where there are labels
 *
 * @param name what to call the file in errors
 * @throws UserError if the names fit none of these, or several
 */
export function arraysOf(names: readonly string[], name = 'NPZ file'): NpzRoles {
  const has = (wanted: string): boolean => names.includes(wanted);
  const fitting = splitNames.filter(({ train }) => has(train.images));
  const plain = imageNames.filter(has);
  const labels = labelNames.filter(has);
  const others = names.filter((other) => !labelNames.includes(other));
  if (fitting.length + plain.length > 1 || (plain.length === 1 && labels.length > 1)) {
    const several = [...fitting.map(({ train }) => train.images), ...plain];
    throw new UserError(
      `${name} has ${several.length > 1 ? `several arrays of images (${several.join(', ')})` : `both ${labels.join(' and ')}`}: save the ones that are meant in a file of their own`,
    );
  }

  const [split] = fitting;
  if (split) {
    const train = present(split.train, has);
    return has(split.test.images) ? { train, test: present(split.test, has) } : { train };
  }
  const isHalf = splitNames.some(({ train, test }) => [train.labels, test.images, test.labels].some(has));
  const images = plain[0] ?? (others.length === 1 && labels.length <= 1 && !isHalf ? others[0] : undefined);
  if (images === undefined) {
    throw new UserError(
      `${name}: expected arrays x (or images, data) and y (or labels), or x_train, y_train, x_test, y_test, ` +
        `got ${names.length === 0 ? 'none' : names.join(', ')}`,
    );
  }
  return { train: labels[0] === undefined ? { images } : { images, labels: labels[0] } };
}

function present({ images, labels }: Required<SplitArrays>, has: (name: string) => boolean): SplitArrays {
  return has(labels) ? { images, labels } : { images };
}
