import type { AnyMethod, MetricDescription } from '@ssl/losses';
import type { RunPlan } from '../plan/run-plan.ts';

type Described = Pick<RunPlan, 'config' | 'dataset' | 'input' | 'streams'>;

/** How the metrics of a run, and its loss, are to be read; empty where the method does not say. */
export function describeMetrics(
  method: AnyMethod,
  plan: Described,
): Readonly<Record<string, MetricDescription>> {
  return method.metrics?.(plan.config.methodOptions, contextOf(plan)) ?? {};
}

/** What the method has to say about the settings of a run before it starts. */
export function warningsOf(method: AnyMethod, plan: Described): readonly string[] {
  return method.warnings?.(plan.config.methodOptions, contextOf(plan)) ?? [];
}

function contextOf({
  config,
  dataset,
  input,
  streams,
}: Described): Parameters<NonNullable<AnyMethod['metrics']>>[1] {
  return { dataset, input, batchSize: streams[0]?.batchSize ?? config.batchSize };
}
