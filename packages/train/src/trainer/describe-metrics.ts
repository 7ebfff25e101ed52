import type { AnyMethod, MetricDescription } from '@ssl/losses';
import type { RunPlan } from '../plan/run-plan.ts';

/** How the metrics of a run, and its loss, are to be read; empty where the method does not say. */
export function describeMetrics(
  method: AnyMethod,
  { config, dataset, input, streams }: Pick<RunPlan, 'config' | 'dataset' | 'input' | 'streams'>,
): Readonly<Record<string, MetricDescription>> {
  const batchSize = streams[0]?.batchSize ?? config.batchSize;
  return method.metrics?.(config.methodOptions, { dataset, input, batchSize }) ?? {};
}
