import { createInlineViewLoader, type Dataset } from '@ssl/data';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import type { Run } from '../plan/create-run.ts';
import { streamPlans } from '../plan/run-plan.ts';
import { describeMetrics } from './describe-metrics.ts';
import { callHook } from './method-guard.ts';
import { progressOf } from './step.ts';
import { disposeViews, toViews } from './view-tensors.ts';

/** What to measure. */
export interface MeasureMetricsOptions {
  readonly run: Run;
  readonly dataset: Dataset;
  /** Of the views; default 0. */
  readonly seed?: number;
}

/**
 * The metrics of a method on a data set, with the method's own views and without training: those that it describes as
 * `measuredOnTest`, each the mean over batches by their number of samples. Every sample is used once.
 *
 * @returns nothing for a method without such metrics, or an empty data set
 */
export async function measureMetrics(options: MeasureMetricsOptions): Promise<Record<string, number>> {
  const { run, dataset, seed = 0 } = options;
  const { method, plan } = run;
  const names = Object.entries(describeMetrics(method, plan)).flatMap(([name, { measuredOnTest }]) =>
    measuredOnTest ? [name] : [],
  );
  if (names.length === 0 || dataset.length === 0) return {};
  const streams = streamPlans(plan, dataset);
  const loader = createInlineViewLoader({
    ...{ dataset, input: plan.input, recipe: plan.recipe, streams, seed },
    ...{ shuffle: false, dropLast: false },
  });
  const sums = new Map<string, number>();
  let samples = 0;
  for await (const batch of loader.batches(0, loader.stepsPerEpoch)) {
    const size = Object.values(batch.streams)[0]?.size ?? 0;
    const views = toViews(batch, method.usesLabels === true);
    try {
      for (const [name, value] of await metricsOf(run, views, seed)) {
        sums.set(name, (sums.get(name) ?? 0) + size * value);
      }
    } finally {
      disposeViews(views);
    }
    samples += size;
  }
  await loader.close();
  return Object.fromEntries(
    names.flatMap((name) => {
      const sum = sums.get(name);
      return sum === undefined ? [] : [[name, sum / samples] as const];
    }),
  );
}

/** The loss and the metrics of a batch. */
async function metricsOf(
  { method, state, plan }: Run,
  views: ReturnType<typeof toViews>,
  seed: number,
): Promise<readonly (readonly [string, number])[]> {
  const progress = { ...progressOf(plan, plan.totalSteps, 'test'), random: createRandom(seed, 'test') };
  const names: string[] = [];
  const values = tf.tidy(() => {
    const forward = { training: false, random: progress.random.split('forward') };
    const outputs = callHook(method, 'forward', () => method.forward(state, views, { ...progress, forward }));
    const { loss, metrics = {} } = callHook(method, 'objective', () =>
      method.objective(outputs, views, { ...progress, memory: state.memory }),
    );
    const all = { ...metrics, loss };
    names.push(...Object.keys(all));
    return tf.stack(Object.values(all).map((value) => tf.reshape(tf.cast(value, 'float32'), [])));
  });
  const numbers = await values.data<'float32'>();
  values.dispose();
  return names.map((name, at) => [name, numbers[at] as number] as const);
}
