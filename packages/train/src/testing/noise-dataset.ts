import type { ImageSpec } from '@ssl/augment';
import { byteImage, type Dataset } from '@ssl/data';
import { createRandom } from '@ssl/random';

/** Images of noise in four classes, for trying a method. */
export function createNoiseDataset(image: ImageSpec, length: number): Dataset {
  const { height, width, channels } = image;
  return {
    name: 'noise',
    source: { kind: 'noise' },
    length,
    samples: { modality: 'image', shape: [height, width, channels] },
    classNames: ['a', 'b', 'c', 'd'],
    labels: Int32Array.from({ length }, (_, index) => index % 4),
    fingerprint: `noise-${height}-${width}-${channels}-${length}`,
    read: async (index) => {
      const random = createRandom('image', index);
      const data = Uint8Array.from({ length: height * width * channels }, () => random.integer(256));
      return byteImage({ height, width, channels, data });
    },
    close: () => Promise.resolve(),
  };
}
