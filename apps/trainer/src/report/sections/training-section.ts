import type { MetricsRecord } from '@ssl/train';
import { classColour } from '../class-colours.ts';
import { html, type Html } from '../html.ts';
import { lineChart, type LineChartOptions, type Series } from '../line-chart.ts';
import { numberAt, type ReportModel } from '../report-model.ts';

/** What is known of a number of the run log. */
interface KnownMetric {
  readonly title: string;
  readonly note?: string;
  readonly fromZero?: boolean;
}

/** Shown first, in this order. */
const mainMetrics: Readonly<Record<string, KnownMetric>> = {
  loss: { title: 'Loss' },
  learningRate: { title: 'Learning rate', fromZero: true },
  classesUsed: {
    title: 'Classes used in a batch',
    fromZero: true,
    note: 'A count that falls towards 1 is a collapse.',
  },
  embeddingStd: { title: 'Spread of the features', fromZero: true },
  effectiveRank: {
    title: 'Effective rank of the features',
    fromZero: true,
    note: 'Dimensions that the features really use.',
  },
  imagesPerSecond: { title: 'Images per second', fromZero: true },
};

const furtherMetrics: Readonly<Record<string, KnownMetric>> = {
  projectionStd: {
    title: 'Spread of the projections',
    note: 'Of what the loss compares: it falls first when the features are about to collapse.',
    fromZero: true,
  },
  projectionRank: { title: 'Effective rank of the projections', fromZero: true },
  accuracy: { title: 'Accuracy on the training task', note: 'On the augmented batch.', fromZero: true },
  labelChanges: { title: 'Labels changed', note: 'Share, by the last assignment.', fromZero: true },
  smallestCluster: { title: 'Smallest cluster', note: 'In images.', fromZero: true },
  largestCluster: { title: 'Largest cluster', note: 'In images.', fromZero: true },
  psnr: { title: 'Peak signal-to-noise ratio', note: 'In decibel.' },
  meanEntropy: {
    title: 'Entropy of the mean prediction',
    note: 'In nats: log of the classes where all are used alike.',
  },
  confidence: { title: 'Mean confidence', note: 'Probability of the most likely class.' },
  gradientNorm: { title: 'Gradient norm', note: 'All gradients together, before clipping.', fromZero: true },
  dataWaitFraction: { title: 'Share of time waiting for data', fromZero: true },
};

/** Not curves, but what they run over. */
const axes = new Set(['step', 'epoch', 'samples']);

/** The run log as small charts: loss, rate, health, speed; what else the method tells is folded away. */
export function trainingSection(model: ReportModel): Html {
  const { metrics } = model;
  const curves = groupCurves(metrics);
  const draw = ([name, series]: [string, readonly Series[]]): Html =>
    lineChart({ ...describe(name, series, model), series });
  const main = Object.keys(mainMetrics).flatMap((name) => {
    const series = curves.get(name);
    return series ? [draw([name, series])] : [];
  });
  const further = [...curves].filter(([name]) => !(name in mainMetrics)).map(draw);
  return html`<section id="training">
    <h2>Training</h2>
    ${
      metrics.length === 0
        ? html`<p>Nothing has been logged yet.</p>`
        : html`<p class="lede">
              The run log over epochs: ${metrics.length} lines, to step ${metrics.at(-1)?.step}.
            </p>
            <div class="charts">${main}</div>`
    }
    ${
      further.length > 0 &&
      html`<details>
        <summary>Further metrics</summary>
        <div class="charts">${further}</div>
      </details>`
    }
  </section>`;
}

function describe(
  name: string,
  series: readonly Series[],
  model: ReportModel,
): Omit<LineChartOptions, 'series'> {
  const known = mainMetrics[name] ?? furtherMetrics[name] ?? { title: inWords(name) };
  const dim = model.embeddings?.featureDim ?? numberAt(model.config, 'backbone', 'featureDim');
  if (name === 'embeddingStd' && dim !== undefined) {
    const even = 1 / Math.sqrt(dim);
    return {
      ...known,
      note: `Standard deviation of unit-length features: 1/√${dim} where they are spread evenly, 0 where all are alike.`,
      reference: { value: even, label: `1/√d = ${even.toFixed(3)}` },
    };
  }
  const classes = Number.parseInt(series[0]?.name ?? '', 10);
  if (name === 'classesUsed' && series.length === 1 && classes > 0) {
    return { ...known, reference: { value: classes, label: `all ${classes}` } };
  }
  return known;
}

/** A number of a classifier: what, how many classes it has, and which of several such classifiers it is. */
const classifierMetric = /^(classesUsed|meanEntropy|confidence)(\d+)(?:Head(\d+))?$/;

/** Curves by chart: numbers that differ only in the classifier they are of, such as `classesUsed10`, share one. */
function groupCurves(metrics: readonly MetricsRecord[]): ReadonlyMap<string, readonly Series[]> {
  const names = new Set(metrics.flatMap((record) => Object.keys(record)).filter((name) => !axes.has(name)));
  const charts = new Map<string, Series[]>();
  for (const name of names) {
    const [, base = name, classes, head] = classifierMetric.exec(name) ?? [];
    const title = classes ? `${classes}-class head${head ? `, head ${Number(head) + 1}` : ''}` : name;
    const points = metrics.flatMap((record): [number, number][] => {
      const value = record[name];
      return typeof value === 'number' && Number.isFinite(value) ? [[record.epoch, value]] : [];
    });
    charts.set(base, [...(charts.get(base) ?? []), { name: title, points }]);
  }
  for (const [base, series] of charts) {
    if (series.length > 1)
      charts.set(
        base,
        series.map((one, at) => ({ ...one, colour: classColour(at, series.length) })),
      );
  }
  return charts;
}

/** `pixelError` → `Pixel error`. */
function inWords(name: string): string {
  const words = name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
