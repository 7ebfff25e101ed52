import {
  checkSameDim,
  classCount,
  labelledRows,
  type FeatureMatrix,
  type LabelledFeatures,
} from '../features/feature-matrix.ts';
import { nearestNeighbours } from '../features/nearest-neighbours.ts';
import { accuracyOf, type Accuracy } from './top-k-accuracy.ts';

export interface KnnOptions {
  /** Neighbours that vote. Default 200. Where the bank has fewer rows, all of them vote. */
  readonly k?: number;
  /** A neighbour's vote is exp(similarity / temperature). Default 0.1; > 0. */
  readonly temperature?: number;
  /** Number of classes. Default: one more than the largest label. */
  readonly classes?: number;
}

/** The votes of a kNN classifier. */
export interface KnnVotes {
  /** Share of the votes that each class has, `[queries, classes]`; each row sums to 1. */
  readonly votes: Float64Array;
  readonly classes: number;
  /** Neighbours that voted. */
  readonly k: number;
}

/** A kNN score, and what it was computed with. */
export interface KnnAccuracy extends Accuracy {
  readonly k: number;
  readonly temperature: number;
  /** Test rows scored. */
  readonly scored: number;
  /** Test rows without a label, left out. */
  readonly unlabelled: number;
}

/**
 * Lets the nearest neighbours of each query vote on its class: cosine similarity, votes weighted by
 * exp(similarity / temperature), as `knn_predict` of lightly 1.6 (after Wu et al., 2018). It differs in dividing
 * each query's votes by their sum, so that no temperature overflows, and in what happens where `k` exceeds the
 * bank: lightly fails, here the whole bank votes.
 *
 * @param bank features and labels; rows without a label (−1) are left out
 * @throws RangeError if shapes do not match, either set is empty, or an option is out of range
 */
export async function knnVotes(
  bank: LabelledFeatures,
  queries: FeatureMatrix,
  options: KnnOptions = {},
): Promise<KnnVotes> {
  const temperature = options.temperature ?? 0.1;
  if (!(temperature > 0)) throw new RangeError(`knnVotes: temperature must be > 0, got ${temperature}`);
  const known = labelledRows('knnVotes: bank', bank, options.classes);
  const classes = options.classes ?? classCount(known.labels);
  const { k, indices, similarities } = await nearestNeighbours(queries, known, { k: options.k ?? 200 });
  const votes = new Float64Array((indices.length / k) * classes);
  for (let query = 0; query * k < indices.length; query++) {
    const nearest = similarities[query * k] as number;
    let sum = 0;
    for (let at = query * k; at < (query + 1) * k; at++) {
      const weight = Math.exp(((similarities[at] as number) - nearest) / temperature);
      const label = known.labels[indices[at] as number] as number;
      votes[query * classes + label]! += weight;
      sum += weight;
    }
    for (let c = query * classes; c < (query + 1) * classes; c++) votes[c]! /= sum;
  }
  return { votes, classes, k };
}

/**
 * Accuracy of the kNN classifier (`knnVotes`): the protocol of lightly's benchmarks, k = 200 and T = 0.1.
 *
 * @param train the bank that votes; rows without a label are left out
 * @param test rows without a label are left out, and counted
 * @throws RangeError if shapes do not match, either set has no labelled row, or an option is out of range
 */
export async function knnAccuracy(
  train: LabelledFeatures,
  test: LabelledFeatures,
  options: KnnOptions = {},
): Promise<KnnAccuracy> {
  checkSameDim('knnAccuracy', train, test);
  const known = labelledRows('knnAccuracy: test', test, options.classes);
  const classes = options.classes ?? classCount(train.labels, test.labels);
  const { votes, k } = await knnVotes(train, known, { ...options, classes });
  return {
    ...accuracyOf(votes, classes, known.labels),
    k,
    temperature: options.temperature ?? 0.1,
    scored: known.rows,
    unlabelled: known.unlabelled,
  };
}
