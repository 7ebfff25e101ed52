import type { Dataset } from '@ssl/data';
import { nearestNeighbours, type FeatureMatrix } from '@ssl/eval';
import type { SafeTensor } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { shownSamples } from '../report/shown-samples.ts';
import { drawAtlas } from './atlas.node.ts';
import { collectPreviews, type StoredPreviews } from './collect-previews.node.ts';
import { embeddingMap } from './embedding-map.ts';
import type { TestOutputs } from './evaluate-run.node.ts';
import { sampleIndices } from './evaluation-data.node.ts';

/** What a viewer draws: features, labels, classes and a map in one file, thumbnails in another. */
export interface Embeddings {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** A PNG file; absent for samples that have no picture. */
  readonly atlas?: Uint8Array;
  /** Samples as text or sound; absent for those that are pictures only. */
  readonly previews?: StoredPreviews;
  /** What was done, for the protocol. */
  readonly description: string;
}

const mostImages = 5000;
const queryCount = 16;
const neighbourCount = 8;

/**
 * Gathers what a viewer draws of evaluated images: of at most 5,000 of them, drawn with the seed.
 *
 * Tensors (n images, d features): `features` F32 [n, d]; `indices` I32 [n], places in the data set; `labels` I32
 * [n], where there are any; `predicted` I32 [n] and `confidence` F32 [n], where the method discovers classes;
 * `map` F32 [n, 2]; `neighbours` I32 [q, 1 + k], some images and the nearest others, by their places in this file.
 */
export async function embedImages(
  dataset: Dataset,
  { features, predicted }: TestOutputs,
  seed: number,
): Promise<Embeddings> {
  const indices = sampleIndices(dataset.length, mostImages, seed, 'embeddings');
  const [count, { dim }] = [indices.length, features];
  const matrix = takeRows(features, indices);
  const map = await embeddingMap(matrix, createRandom(seed, 'map'));
  const neighbours = await findNeighbours(matrix, count, seed);
  const atlas = await drawAtlas(dataset, indices);
  const { labels } = features;

  const tensors = new Map<string, SafeTensor>([
    ['features', { dtype: 'F32', shape: [count, dim], data: matrix.features }],
    ['indices', { dtype: 'I32', shape: [count], data: indices }],
    ['map', { dtype: 'F32', shape: [count, 2], data: map.points }],
    ['neighbours', neighbours],
  ]);
  if (labels) tensors.set('labels', integers(labels, indices));
  if (predicted) {
    tensors.set('predicted', integers(predicted.classes, indices));
    const confidence = Float32Array.from(indices, (index) => predicted.confidence[index] as number);
    tensors.set('confidence', { dtype: 'F32', shape: [count], data: confidence });
  }
  const integersOf = (name: string): Int32Array | undefined =>
    tensors.get(name)?.data as Int32Array | undefined;
  const shown = shownSamples({
    labels: integersOf('labels'),
    predicted: integersOf('predicted'),
    confidence: tensors.get('confidence')?.data as Float32Array | undefined,
    neighbours: { width: neighbours.shape[1] ?? 1, rows: neighbours.data as Int32Array },
  });
  const previews = await collectPreviews(dataset, indices, shown);
  return {
    tensors,
    metadata: {
      dataset: dataset.name,
      ...(dataset.classNames && { classNames: JSON.stringify(dataset.classNames) }),
      ...(predicted && { classes: String(predicted.count) }),
      ...(atlas && { atlasColumns: String(atlas.columns), tileSize: String(atlas.tileSize) }),
      mapAlgorithm: map.algorithm,
    },
    ...(atlas && { atlas: atlas.png }),
    ...(previews && { previews }),
    description:
      (count < dataset.length
        ? `${count} of ${dataset.length} test images, drawn with seed ${seed}`
        : 'all test images') + `; map by ${map.algorithm}`,
  };
}

function takeRows({ features, dim }: FeatureMatrix, indices: Int32Array): FeatureMatrix {
  const taken = new Float32Array(indices.length * dim);
  for (const [row, index] of indices.entries()) {
    taken.set(features.subarray(index * dim, (index + 1) * dim), row * dim);
  }
  return { features: taken, dim };
}

function integers(values: Int32Array, indices: Int32Array): SafeTensor {
  return {
    dtype: 'I32',
    shape: [indices.length],
    data: Int32Array.from(indices, (index) => values[index] as number),
  };
}

async function findNeighbours(matrix: FeatureMatrix, count: number, seed: number): Promise<SafeTensor> {
  if (count < 2) return { dtype: 'I32', shape: [0, 1], data: new Int32Array() };
  const queries = sampleIndices(count, queryCount, seed, 'neighbours');
  const found = await nearestNeighbours(takeRows(matrix, queries), matrix, {
    k: neighbourCount,
    exclude: queries,
  });
  const data = new Int32Array(queries.length * (1 + found.k));
  for (const [row, query] of queries.entries()) {
    data.set([query, ...found.indices.subarray(row * found.k, (row + 1) * found.k)], row * (1 + found.k));
  }
  return { dtype: 'I32', shape: [queries.length, 1 + found.k], data };
}
