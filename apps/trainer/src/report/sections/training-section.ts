import type { MetricDescription } from '@ssl/losses';
import { isSettings, type MetricsRecord } from '@ssl/train';
import { classColour } from '../class-colours.ts';
import { html, type Html } from '../html.ts';
import { lineChart, type LineChartOptions, type Series } from '../line-chart.ts';
import { type ReportModel } from '../report-model.ts';

/** What the trainer itself logs; what a method logs is described in the run's config. */
function trainerMetrics(dim: number | undefined): Readonly<Record<string, ChartDescription>> {
  const even = dim === undefined ? undefined : 1 / Math.sqrt(dim);
  return {
    loss: { title: 'Loss', isHeadline: true },
    learningRate: { title: 'Learning rate', fromZero: true, isHeadline: true },
    embeddingStd: {
      title: 'Spread of the features',
      ...{ fromZero: true, isHeadline: true },
      ...(even !== undefined && {
        note: `Standard deviation of unit-length features: 1/√${dim} where they are spread evenly, 0 where all are alike.`,
        reference: { value: even, label: `1/√d = ${even.toFixed(3)}` },
      }),
    },
    effectiveRank: {
      title: 'Effective rank of the features',
      ...{ fromZero: true, isHeadline: true },
      note: 'Dimensions that the features really use.',
    },
    imagesPerSecond: { title: 'Samples per second', fromZero: true, isHeadline: true },
    projectionStd: {
      title: 'Spread of the projections',
      note: 'Of what the loss compares: it falls first when the features are about to collapse.',
      fromZero: true,
    },
    projectionRank: { title: 'Effective rank of the projections', fromZero: true },
    gradientNorm: {
      title: 'Gradient norm',
      note: 'All gradients together, before clipping.',
      fromZero: true,
    },
    dataWaitFraction: { title: 'Share of time waiting for data', fromZero: true },
  };
}

/** How a chart is to be drawn. */
interface ChartDescription extends Omit<LineChartOptions, 'series'> {
  /** Whether it stands in the open; the others are folded away. */
  readonly isHeadline?: boolean;
}

interface Chart extends ChartDescription {
  readonly series: readonly Series[];
}

/** Not curves, but what they run over. */
const axes = new Set(['step', 'epoch', 'samples']);

/** The run log as small charts: loss, rate, health, speed; what else the method tells is folded away. */
export function trainingSection(model: ReportModel): Html {
  const { metrics } = model;
  const charts = chartsOf(metrics, describedMetrics(model), featureDim(model));
  const draw = ({ series, ...chart }: Chart): Html => lineChart({ ...chart, series: coloured(series) });
  const main = charts.filter(({ isHeadline }) => isHeadline).map(draw);
  const further = charts.filter(({ isHeadline }) => !isHeadline).map(draw);
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

/** How the method's own metrics are to be read, as the run's config has it. */
function describedMetrics({ config }: ReportModel): Readonly<Record<string, MetricDescription>> {
  const { metrics } = config;
  return isSettings(metrics) ? (metrics as Readonly<Record<string, MetricDescription>>) : {};
}

function featureDim(model: ReportModel): number | undefined {
  return model.embeddings?.featureDim;
}

/** The charts of a run log: those of the trainer's own numbers first, then the method's in the order it names them. */
function chartsOf(
  metrics: readonly MetricsRecord[],
  described: Readonly<Record<string, MetricDescription>>,
  dim: number | undefined,
): readonly Chart[] {
  const own = trainerMetrics(dim);
  const found = new Set(metrics.flatMap((record) => Object.keys(record)).filter((name) => !axes.has(name)));
  const ordered = [...new Set([...Object.keys(own), ...Object.keys(described), ...found])];
  const charts = new Map<string, Chart>();
  for (const name of ordered.filter((one) => found.has(one))) {
    const description = described[name];
    const chart = { ...own[name], ...(description && chartOf(description)) };
    const key = description?.chart?.title ?? name;
    const before = charts.get(key);
    const series: Series = { name: description?.chart?.series ?? name, points: pointsOf(metrics, name) };
    charts.set(key, {
      ...{ title: inWords(name), ...chart, ...before },
      isHeadline: (before?.isHeadline ?? false) || (chart.isHeadline ?? false),
      series: [...(before?.series ?? []), series],
    });
  }
  return [...charts.values()];
}

/** A method's description of a metric as a chart: its title, its unit, and the level of chance. */
function chartOf({ title, chart, unit, range, chance, isHeadline }: MetricDescription): ChartDescription {
  return {
    title: inWords(chart?.title ?? title),
    ...(unit !== undefined && { note: `In ${unit}.` }),
    ...(range?.[0] === 0 && { fromZero: true }),
    ...(chance !== undefined && {
      reference: { value: chance, label: `chance ${Number(chance.toPrecision(3))}` },
    }),
    ...(isHeadline && { isHeadline }),
  };
}

function pointsOf(metrics: readonly MetricsRecord[], name: string): [number, number][] {
  return metrics.flatMap((record): [number, number][] => {
    const value = record[name];
    return typeof value === 'number' && Number.isFinite(value) ? [[record.epoch, value]] : [];
  });
}

function coloured(series: readonly Series[]): readonly Series[] {
  if (series.length === 1) return series;
  return series.map((one, at) => ({ ...one, colour: classColour(at, series.length) }));
}

/** `pixelError` → `Pixel error`. */
function inWords(name: string): string {
  const words = /\s/.test(name) ? name : name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
