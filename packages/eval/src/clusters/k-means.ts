import { createRandom } from '@ssl/random';
import { columnStatistics, rescaleColumns } from '../features/column-statistics.ts';
import { checkFeatures, rowCount, rowOf, type FeatureMatrix } from '../features/feature-matrix.ts';
import { createRowProducts, type RowProducts } from '../features/row-products.ts';
import { squaredNorms } from '../features/squared-norms.ts';
import { spreadCentroids } from './spread-centroids.ts';

export interface KMeansOptions {
  readonly clusters: number;
  /** Runs from different starts; the one with the least inertia is kept. Default 3. */
  readonly restarts?: number;
  /** Most iterations of a run. Default 100. */
  readonly maxIterations?: number;
  /**
   * Done when the squared movements of all centroids add up to less than this share of the mean variance of a
   * dimension. Default 1e-4, as scikit-learn; 0: when no row changes its cluster.
   */
  readonly tolerance?: number;
  /** Default 0. */
  readonly seed?: number | string;
}

/** A partition of rows around centroids. */
export interface KMeans {
  /** `[clusters, dim]`. */
  readonly centroids: Float32Array;
  readonly dim: number;
  readonly clusters: number;
  /** Cluster of each row, `[rows]`. */
  readonly assignments: Int32Array;
  /** Sum of squared distances of the rows to their centroids. */
  readonly inertia: number;
  /** Iterations of the run that was kept. */
  readonly iterations: number;
  /** Whether that run ended because the centroids stood (nearly) still. */
  readonly converged: boolean;
}

/** When a run ends. */
interface Limits {
  readonly clusters: number;
  readonly maxIterations: number;
  /** Sum of squared movements of all centroids. */
  readonly smallestShift: number;
}

/** Nearest centroid of each row, and how far it is. */
interface Assignment {
  readonly clusters: Int32Array;
  /** Squared distances, `[rows]`. */
  readonly distances: Float64Array;
}

/**
 * Lloyd's k-means from greedy k-means++ starts (Arthur and Vassilvitskii, 2007; the best of 2 + ln k candidates
 * each, as scikit-learn). A cluster that loses all its rows starts anew at the row farthest from its centroid.
 * Products are float32 on the tensor backend, sums float64.
 *
 * @throws RangeError if there are fewer rows than clusters, values are not finite, or an option is out of range
 */
export async function kMeans(train: FeatureMatrix, options: KMeansOptions): Promise<KMeans> {
  const { clusters, restarts = 3, maxIterations = 100, tolerance = 1e-4, seed = 0 } = options;
  const count = checkFeatures('kMeans', train);
  for (const [name, value] of Object.entries({ clusters, restarts, maxIterations })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`kMeans: ${name} must be an integer ≥ 1, got ${value}`);
    }
  }
  if (count < clusters) {
    throw new RangeError(`kMeans: expected at least as many rows as clusters (${clusters}), got ${count}`);
  }
  // Around the mean, squared distances lose the fewest digits.
  const { mean, standardDeviation } = columnStatistics(train);
  const meanVariance = standardDeviation.reduce((sum, value) => sum + value * value, 0) / train.dim;
  const limits = { clusters, maxIterations, smallestShift: tolerance * meanVariance };
  const centred = rescaleColumns(train, mean);
  const norms = squaredNorms(centred);
  const rows = createRowProducts(centred);
  try {
    let best: KMeans | undefined;
    for (let restart = 0; restart < restarts; restart++) {
      const start = await spreadCentroids(
        rows,
        centred,
        norms,
        clusters,
        createRandom(seed, 'k-means', restart),
      );
      const run = await iterate(rows, centred, norms, start, limits);
      if (best === undefined || run.inertia < best.inertia) best = run;
    }
    const found = best as KMeans;
    const centroids = found.centroids.map((value, at) => value + (mean[at % train.dim] as number));
    return { ...found, centroids };
  } finally {
    rows.dispose();
  }
}

/**
 * The nearest centroid of each row.
 *
 * @throws RangeError if the features are empty or not finite, or differ from the centroids in length
 */
export async function assignToCentroids(
  features: FeatureMatrix,
  { centroids, clusters, dim }: Pick<KMeans, 'centroids' | 'clusters' | 'dim'>,
): Promise<Int32Array> {
  checkFeatures('assignToCentroids', features);
  if (features.dim !== dim) {
    throw new RangeError(
      `assignToCentroids: expected features of length ${dim} as the centroids, got ${features.dim}`,
    );
  }
  const { mean } = columnStatistics({ features: centroids, dim });
  const centred = rescaleColumns(features, mean);
  const rows = createRowProducts(centred);
  try {
    const shifted = rescaleColumns({ features: centroids, dim }, mean).features;
    return (await assign(rows, squaredNorms(centred), shifted, clusters)).clusters;
  } finally {
    rows.dispose();
  }
}

async function iterate(
  rows: RowProducts,
  centred: FeatureMatrix,
  norms: Float64Array,
  start: Float32Array,
  { clusters, maxIterations, smallestShift }: Limits,
): Promise<KMeans> {
  const { dim } = centred;
  const members = createMembers(centred, clusters);
  let centroids = start;
  let assignment = await assign(rows, norms, centroids, clusters);
  let converged = false;
  let iterations = 0;
  while (!converged && iterations < maxIterations) {
    const moved = members.move(assignment);
    const next = members.means(assignment);
    converged = moved === 0 || squaredDistance(centroids, next) <= smallestShift;
    centroids = next;
    assignment = await assign(rows, norms, centroids, clusters);
    iterations++;
  }
  const inertia = assignment.distances.reduce((sum, distance) => sum + distance, 0);
  return { centroids, dim, clusters, assignments: assignment.clusters, inertia, iterations, converged };
}

/** Sums over the rows of each cluster; only rows that change their cluster are touched. */
function createMembers(
  centred: FeatureMatrix,
  clusters: number,
): {
  /** @returns how many rows changed their cluster */
  move(assignment: Assignment): number;
  means(assignment: Assignment): Float32Array;
} {
  const { dim } = centred;
  const sums = new Float64Array(clusters * dim);
  const sizes = new Int32Array(clusters);
  const clusterOf = new Int32Array(rowCount(centred)).fill(-1);

  function add(row: number, cluster: number, sign: 1 | -1): void {
    const start = row * dim;
    const to = cluster * dim;
    for (let i = 0; i < dim; i++) sums[to + i]! += sign * (centred.features[start + i] as number);
    sizes[cluster]! += sign;
  }

  return {
    move({ clusters: nearest }) {
      let moved = 0;
      for (const [row, cluster] of nearest.entries()) {
        const before = clusterOf[row] as number;
        if (before === cluster) continue;
        if (before >= 0) add(row, before, -1);
        add(row, cluster, 1);
        clusterOf[row] = cluster;
        moved++;
      }
      return moved;
    },
    means({ distances }) {
      const centroids = new Float32Array(clusters * dim);
      for (let at = 0; at < centroids.length; at++) {
        centroids[at] = (sums[at] as number) / Math.max(1, sizes[Math.floor(at / dim)] as number);
      }
      const empty = [...sizes.keys()].filter((cluster) => sizes[cluster] === 0);
      if (empty.length > 0) {
        const farthest = [...distances.keys()].sort(
          (a, b) => (distances[b] as number) - (distances[a] as number),
        );
        for (const [at, cluster] of empty.entries()) {
          centroids.set(rowOf(centred, farthest[at] as number), cluster * dim);
        }
      }
      return centroids;
    },
  };
}

async function assign(
  rows: RowProducts,
  norms: Float64Array,
  centroids: Float32Array,
  clusters: number,
): Promise<Assignment> {
  const products = await rows.project(centroids, clusters);
  const offsets = squaredNorms({ features: centroids, dim: rows.dim });
  const nearest = new Int32Array(rows.rows);
  const distances = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    let least = Infinity;
    for (let cluster = 0; cluster < clusters; cluster++) {
      const partial = (offsets[cluster] as number) - 2 * (products[row * clusters + cluster] as number);
      if (partial < least) {
        least = partial;
        nearest[row] = cluster;
      }
    }
    distances[row] = Math.max(0, least + (norms[row] as number));
  }
  return { clusters: nearest, distances };
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
}
