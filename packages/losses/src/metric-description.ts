/** How a metric is to be read: by the run log, the report, the watch for collapse, and people. */
export interface MetricDescription {
  /** In words, e.g. `classes in use`. */
  readonly title: string;
  /** The chart that it shares with others, and what it is called there: `10 classes`. Default: a chart of its own. */
  readonly chart?: { readonly title: string; readonly series: string };
  /** E.g. `nats`, `dB`, `samples`. */
  readonly unit?: string;
  readonly range?: readonly [low: number, high: number];
  /** The value of a network that has learned nothing. */
  readonly chance?: number;
  /** The head of `predict` that it is about. */
  readonly head?: number;
  /** Whether it is worth a figure at the top of a report. */
  readonly isHeadline?: boolean;
  /** Whether it means something on samples that were not trained on: then evaluation measures it on test samples. */
  readonly measuredOnTest?: boolean;
  /** When it tells of a collapse, and what then is wrong, in words. */
  readonly collapsedWhen?: { readonly atMost: number; readonly problem: string };
}
