import { describeShape, getModality } from '@ssl/augment';
import { version_core } from '@tensorflow/tfjs-core';
import { packageVersion } from '../package-version.node.ts';
import type { LoadedRun } from '../run/load-run.node.ts';
import type { EvaluationData } from './evaluation-data.node.ts';
import type { EvaluateOptions, Protocol, ProtocolName } from './evaluation.ts';

/** Samples that the baseline without a network learns from, at most: it has many numbers a sample. */
export const rawBankSamples = 10_000;

/** Says in words what `evaluateRun` does. */
export function describeProtocol(
  run: LoadedRun,
  { bank, test, split }: EvaluationData,
  { protocols, seed }: EvaluateOptions,
  labelled: boolean,
): Omit<Protocol, 'seconds' | 'embeddings'> {
  const { input } = run.plan;
  const { epochs } = run.config;
  const { step, stepsPerEpoch } = run.checkpoint.state;
  const unscored = labelled ? undefined : 'not scored: the data set has no labels';
  const asked = (name: ProtocolName, text: string): string =>
    unscored ?? (protocols.includes(name) ? text : 'not asked for');
  const { description } = getModality(input.modality).raw(input);
  const clusterText = run.method.predict
    ? 'the most probable class of the method’s first head; ACC by the Hungarian method, NMI and AMI with the arithmetic mean'
    : 'not scored: the method has no classes';
  return {
    data: {
      name: bank.name,
      test: test.name,
      trainImages: bank.length,
      testImages: test.length,
      split,
      labels: labelled ? labelUse(run) : 'none: classes are shown and not scored',
    },
    checkpoint: { step, epoch: step / stepsPerEpoch, epochs },
    features: `output of the backbone after pooling, running batch-norm statistics, whole samples at ${describeShape(input.shape)}, normalised as in training`,
    knn: asked(
      'knn',
      'cosine similarity, k = 200, votes weighted by exp(similarity / 0.1) (lightly’s protocol)',
    ),
    linear: asked('linear', 'logistic regression (L-BFGS, penalty 1e-4 Σ W²) on standardised features'),
    cluster: asked('cluster', clusterText),
    baselines: {
      randomInit:
        unscored ?? 'the same backbone and seed before the first step; cluster: k-means on its features',
      pixels:
        unscored ?? `${description}, at most ${rawBankSamples} training samples; cluster: k-means on them`,
      kMeansFeatures:
        unscored ??
        'k-means on the training samples’ features (k = number of labels, best of 3 starts); test samples go to the nearest centre',
    },
    seed,
    backend: run.backend.description,
    versions: { ssl: packageVersion(), node: process.versions.node, 'tfjs-core': version_core },
    createdAt: new Date().toISOString(),
  };
}

function labelUse({ method }: LoadedRun): string {
  return method.usesLabels
    ? 'the network was trained on those of the training samples; used to fit the probes and for scoring, too'
    : 'used for scoring, and to fit the probes, only: the network saw none';
}
