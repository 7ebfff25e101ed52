import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatNumber } from '../terminal/format.ts';
import { html, type Html } from './html.ts';

/** A line of a chart. */
export interface Series {
  readonly name: string;
  /** `[x, y]`, ascending in x; finite. */
  readonly points: readonly (readonly [number, number])[];
  /** Default: the page's accent. */
  readonly colour?: string;
}

/** A figure of lines over epochs. */
export interface LineChartOptions {
  readonly title: string;
  /** What the reader should see in it. */
  readonly note?: string | undefined;
  readonly series: readonly Series[];
  /** A level to compare with. */
  readonly reference?: { readonly value: number; readonly label: string } | undefined;
  /** Whether the axis starts at 0. Default false. */
  readonly fromZero?: boolean | undefined;
}

const [width, height] = [344, 190];
const margin = { top: 12, right: 8, bottom: 26, left: 46 };

/** Points that a line is thinned to: as many as the figure has pixels. */
const mostPoints = 300;

/** Draws a chart as inline SVG, with its last values in words. */
export function lineChart({ title, note, series, reference, fromZero = false }: LineChartOptions): Html {
  const shown = series.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  if (all.length === 0) return html``;
  const xs = all.map(([x]) => x);
  const ys = [...all.map(([, y]) => y), ...(reference ? [reference.value] : []), ...(fromZero ? [0] : [])];
  const x = scaleLinear([Math.min(0, least(xs)), most(xs)], [margin.left, width - margin.right]);
  const y = scaleLinear(spread(least(ys), most(ys)), [height - margin.bottom, margin.top]).nice(4);
  const label = y.tickFormat(4);
  const path = line<readonly [number, number]>(
    ([at]) => round(x(at)),
    ([, value]) => round(y(value)),
  );
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      <p class="last">${shown.length === 1 && lastValue(shown[0] as Series)}</p>
      ${shown.length > 1 && legend(shown)}
    </figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary(title, shown)}">
      ${y
        .ticks(4)
        .map(
          (tick) =>
            html`<line
                class="grid"
                x1="${margin.left}"
                x2="${width - margin.right}"
                y1="${round(y(tick))}"
                y2="${round(y(tick))}"
              /><text x="${margin.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end"
                >${label(tick)}</text
              >`,
        )}
      ${x
        .ticks(5)
        .map(
          (tick) =>
            html`<text x="${round(x(tick))}" y="${height - 8}" text-anchor="middle"
              >${formatNumber(tick)}</text
            >`,
        )}
      ${reference && referenceLine(reference, y(reference.value))}
      ${shown.map(({ points, colour }) =>
        points.length === 1
          ? html`<circle
              class="dot"
              cx="${round(x(points[0]?.[0] ?? 0))}"
              cy="${round(y(points[0]?.[1] ?? 0))}"
              r="3"
              ${colour && html`style="fill:${colour}"`}
            />`
          : html`<path
              class="line"
              d="${path(thin(points)) ?? ''}"
              ${colour && html`style="stroke:${colour}"`}
            />`,
      )}
    </svg>
    ${note && html`<p class="note">${note}</p>`}
  </figure>`;
}

function referenceLine({ label }: { readonly label: string }, at: number): Html {
  const above = at > margin.top + 16;
  return html`<line
      class="reference"
      x1="${margin.left}"
      x2="${width - margin.right}"
      y1="${round(at)}"
      y2="${round(at)}"
    />
    <text
      class="reference"
      x="${width - margin.right}"
      y="${round(above ? at - 5 : at + 14)}"
      text-anchor="end"
      >${label}</text
    >`;
}

function legend(series: readonly Series[]): Html {
  return html`<ul class="legend">
    ${series.map(
      (one) =>
        html`<li>
          <i style="background:${one.colour ?? 'var(--accent)'}"></i>${one.name} <b>${lastValue(one)}</b>
        </li>`,
    )}
  </ul>`;
}

function lastValue({ points }: Series): string {
  return formatNumber(points.at(-1)?.[1] ?? NaN);
}

function summary(title: string, series: readonly Series[]): string {
  const lines = series.map((one) => {
    const from = formatNumber(one.points[0]?.[1] ?? NaN);
    return `${series.length > 1 ? `${one.name} ` : ''}from ${from} to ${lastValue(one)}`;
  });
  return `Line chart over epochs. ${title}: ${lines.join('; ')}.`;
}

/** A range that is no point. */
function spread(low: number, high: number): [number, number] {
  return low < high ? [low, high] : [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
}

/** Means of neighbouring points, where there are more than can be seen. */
function thin(points: Series['points']): Series['points'] {
  const size = Math.ceil(points.length / mostPoints);
  if (size <= 1) return points;
  const means: [number, number][] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const mean = (axis: 0 | 1): number => group.reduce((sum, point) => sum + point[axis], 0) / group.length;
    means.push([mean(0), mean(1)]);
  }
  return means;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
