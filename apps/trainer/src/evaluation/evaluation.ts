import type { ClassUsage, ClusterScores } from '@ssl/eval';

/** What can be scored, in the order of the table. */
export const protocolNames = ['knn', 'linear', 'cluster'] as const;

/** One of {@link protocolNames}. */
export type ProtocolName = (typeof protocolNames)[number];

/** What to score. */
export interface EvaluateOptions {
  readonly protocols: readonly ProtocolName[];
  readonly seed: number;
}

/** Accuracies in [0, 1]; `top5` is null with five classes or fewer. */
export interface AccuracyScore {
  readonly top1: number;
  readonly top5: number | null;
}

/** Agreement of classes with labels, fractions in [0, 1]. */
export type ClusterScore = Pick<
  ClusterScores,
  'acc' | 'overclusteredAcc' | 'nmi' | 'ami' | 'ari' | 'purity' | 'classes' | 'classesUsed'
>;

/** Scores of one kind of features; null for what was not asked for or cannot be scored. */
export interface Scores {
  readonly knn: AccuracyScore | null;
  readonly linear: AccuracyScore | null;
  readonly cluster: ClusterScore | null;
}

/** How the discovered classes are used, which needs no labels. */
export type ClassUsageScore = Omit<ClassUsage, 'sizes'> & { readonly sizes: readonly number[] };

/** What exactly was done. */
export interface Protocol {
  readonly data: {
    readonly name: string;
    readonly test: string;
    readonly trainImages: number;
    readonly testImages: number;
    readonly split: string;
    /** Labels are looked at for scoring only. */
    readonly labels: string;
  };
  readonly checkpoint: { readonly step: number; readonly epoch: number; readonly epochs: number };
  readonly features: string;
  readonly knn: string;
  readonly linear: string;
  readonly cluster: string;
  readonly baselines: {
    readonly randomInit: string;
    readonly pixels: string;
    readonly kMeansFeatures: string;
  };
  /** Which images the viewer's files hold; absent before those are made. */
  readonly embeddings?: string;
  readonly seed: number;
  readonly backend: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly seconds: number;
}

/** A run's `eval.json`. */
export interface Evaluation {
  readonly protocol: Protocol;
  readonly results: Scores & {
    readonly classUsage: ClassUsageScore | null;
    /** The method's own metrics on the test samples, by name: those that mean something there. */
    readonly metrics: Readonly<Record<string, number>>;
    /** Of the classes that the method predicts, where it was trained on the data set's labels: no matching is needed. */
    readonly prediction?: AccuracyScore | null;
  };
  readonly baselines: {
    /** The backbone before its first step. */
    readonly randomInit: Scores;
    readonly pixels: Scores;
    /** k-means on the trained backbone's features. */
    readonly kMeansFeatures: Pick<Scores, 'cluster'>;
  };
}
