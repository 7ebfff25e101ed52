import { UserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';

import { byteImage } from './byte-image.ts';
import { checkIndex, type DatasetSource, type Dataset, type Split } from './dataset.ts';
import { outlines, type Outline } from './generated-shapes/outlines.ts';
import { renderShape } from './generated-shapes/render-shape.ts';

/** Changes whenever the same options draw other pictures. */
const version = 1;

const names = Object.keys(outlines);
const shapes: readonly Outline[] = Object.values(outlines);
const defaultLength: Readonly<Record<Split, number>> = { train: 4000, test: 1000 };

/** Which pictures are drawn. */
export interface GeneratedShapesOptions {
  /** Pictures of one seed and size are the same everywhere, whatever the length. Default 0. */
  readonly seed?: number;
  /** Default `train`. No picture is in both. */
  readonly split?: Split;
  /** Number of pictures, default 4,000 to train and 1,000 to test. */
  readonly length?: number;
  /** Side of the square pictures in pixels, from 8 to 1,024; default 32. */
  readonly imageSize?: number;
}

/**
 * Pictures of ten shapes, drawn when they are read. The shape is the class; its place, size, angle and proportions
 * and all colours and textures are left to chance, so that they say nothing about the class: k-means on pixels is
 * hardly better than guessing. Classes are equally frequent.
 *
 * No download, no files, and bit for bit the same in Node and in browsers.
 *
 * @throws UserError if an option is out of range
 */
export function createGeneratedShapes(options: GeneratedShapesOptions = {}): Dataset {
  const { seed = 0, split = 'train', length = defaultLength[split], imageSize = 32 } = options;
  checkInteger('seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('length', length, 1, 10_000_000);
  checkInteger('imageSize', imageSize, 8, 1024);
  const random = createRandom(seed, 'generated-shapes', split);
  const source: DatasetSource = { kind: 'generated-shapes', seed, split, length, imageSize };
  const name = `generated:shapes (${split})`;
  const labels = Int32Array.from({ length }, (_, index) => labelAt(index));

  /** Each ten pictures in a row show each shape once, in random order. */
  function labelAt(index: number): number {
    const block = Math.floor(index / shapes.length);
    return random.split('order', block).permutation(shapes.length)[index % shapes.length] as number;
  }

  return {
    name,
    source,
    length,
    samples: { modality: 'image', shape: [imageSize, imageSize, 3] },
    classNames: names,
    labels,
    fingerprint: `generated-shapes-${version}-${split}-${seed}-${length}-${imageSize}`,
    // async so that a wrong index rejects, as it does where reading takes time.
    read: async (index) => {
      checkIndex(`${name}: read`, index, length);
      const outline = shapes[labels[index] as number] as Outline;
      return byteImage(renderShape(outline, imageSize, random.split('picture', index)));
    },
    close: () => Promise.resolve(),
  };
}

function checkInteger(option: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new UserError(
    `generated:shapes: ${option} must be an integer from ${lowest} to ${highest}, got ${JSON.stringify(value)}`,
  );
}
