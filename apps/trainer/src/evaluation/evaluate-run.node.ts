import { getModality } from '@ssl/augment';
import { subset, type Dataset } from '@ssl/data';
import {
  argMaxRows,
  classUsage,
  extractFeatures,
  flattenInputs,
  type ClassUsage,
  type ExtractedFeatures,
} from '@ssl/eval';
import { disposeTrees, type Backbone } from '@ssl/models';
import { callHook, measureMetrics } from '@ssl/train';
import type { LoadedRun } from '../run/load-run.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import type { ClassUsageScore, EvaluateOptions, Evaluation, Scores } from './evaluation.ts';
import { sampleIndices, type EvaluationData } from './evaluation-data.node.ts';
import { sampleBatches } from './sample-batches.node.ts';
import { describeProtocol, rawBankSamples } from './describe-protocol.node.ts';
import {
  noScores,
  scoreFeatures,
  scorePredictions,
  scoreProbabilities,
  type FeatureSplit,
} from './score-features.ts';

/** What the run's network makes of the test images. */
export interface TestOutputs {
  readonly features: ExtractedFeatures;
  /** Class of each image and its probability, where the method discovers classes. */
  readonly predicted?: {
    readonly classes: Int32Array;
    readonly confidence: Float32Array;
    readonly count: number;
  };
}

/** A run's scores, and what they were computed from. */
export interface RunScores {
  readonly evaluation: Evaluation;
  readonly outputs: TestOutputs;
}

/**
 * Scores a run, and beside it what needs no training: its backbone before the first step, the pixels themselves,
 * and k-means.
 */
export async function evaluateRun(
  run: LoadedRun,
  data: EvaluationData,
  { protocols, seed }: EvaluateOptions,
  terminal: Terminal,
): Promise<RunScores> {
  const start = performance.now();
  const { input } = run.plan;
  const labelled = data.bank.labels !== undefined && data.test.labels !== undefined;

  async function features(backbone: Backbone, name: string, predict = false): Promise<FeatureSplit> {
    const of = (dataset: Dataset, part: string, bound = predict): Promise<ExtractedFeatures> =>
      extractFeatures(
        backbone,
        sampleBatches({ input, dataset, label: `${name}: ${part} samples` }, terminal),
        bound ? predictOption(run) : {},
      );
    const bank = await of(data.bank, 'training', false);
    return { bank, test: data.test === data.bank && !predict ? bank : await of(data.test, 'test') };
  }

  const trained = await features(run.backbone, 'features', true);
  const predicted = predictionsOf(trained.test);
  terminal.note('Scoring the features.');
  const scores = await scoreFeatures(trained, protocols, seed);
  const cluster =
    predicted && protocols.includes('cluster')
      ? scorePredictions(trained.test.labels, predicted.classes, predicted.count)
      : null;

  const prediction =
    predicted && run.method.usesLabels && predicted.count === data.test.classNames?.length
      ? scoreProbabilities(trained.test, predicted.count)
      : undefined;

  const randomInit = labelled ? await scoreUntrained() : noScores;
  const pixels = labelled ? await scorePixels() : noScores;

  async function scoreUntrained(): Promise<Scores> {
    const backbone = run.createUntrainedBackbone();
    try {
      return await scoreFeatures(await features(backbone, 'untrained backbone'), protocols, seed);
    } finally {
      disposeTrees(backbone.parameters, backbone.buffers);
    }
  }

  async function scorePixels(): Promise<Scores> {
    const sample = sampleIndices(data.bank.length, rawBankSamples, seed, 'pixels');
    const bank = sample.length < data.bank.length ? subset(data.bank, sample) : data.bank;
    const { input: rawInput, featuresOf } = getModality(input.modality).raw(input);
    const of = (dataset: Dataset, part: string): Promise<ExtractedFeatures> =>
      flattenInputs(
        sampleBatches({ input: rawInput, dataset, label: `raw: ${part} samples` }, terminal),
        featuresOf,
      );
    return scoreFeatures(
      { bank: await of(bank, 'training'), test: await of(data.test, 'test') },
      protocols,
      seed,
    );
  }

  const evaluation: Evaluation = {
    protocol: {
      ...describeProtocol(run, data, { protocols, seed }, labelled),
      seconds: (performance.now() - start) / 1000,
    },
    results: {
      ...scores,
      cluster,
      classUsage: predicted ? usageScore(predicted) : null,
      metrics: await measureMetrics({ run: run.run, dataset: data.test, seed }),
      ...(prediction !== undefined && { prediction }),
    },
    baselines: { randomInit, pixels, kMeansFeatures: { cluster: scores.cluster } },
  };
  return { evaluation, outputs: { features: trained.test, ...(predicted && { predicted }) } };
}

/** The option that lets `extractFeatures` predict classes, where the run's method can. */
export function predictOption({ method, state, config }: LoadedRun): Parameters<typeof extractFeatures>[2] {
  const { predict } = method;
  if (predict === undefined) return {};
  const { methodOptions } = config;
  return {
    predict: (inputs) =>
      callHook(method, 'predict', () => predict.call(method, state, inputs, methodOptions, 0)),
  };
}

/** The most probable class of each row, and its probability. */
export function predictionsOf({ features, dim, probabilities }: ExtractedFeatures): TestOutputs['predicted'] {
  if (probabilities === undefined) return undefined;
  const count = probabilities.length / (features.length / dim);
  const classes = argMaxRows(probabilities, count);
  const confidence = Float32Array.from(classes, (best, row) => probabilities[row * count + best] as number);
  return { classes, confidence, count };
}

function usageScore({ classes, confidence, count }: NonNullable<TestOutputs['predicted']>): ClassUsageScore {
  const { sizes, ...usage }: ClassUsage = classUsage(classes, { classes: count, confidence });
  return { ...usage, sizes: [...sizes] };
}
