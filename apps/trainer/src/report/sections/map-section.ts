import { html, jsonScript, type Html } from '../html.ts';
import type { ReportModel } from '../report-model.ts';

/** Points that are drawn: more would make the page slow. */
const mostPoints = 20_000;
/** Names in a legend, those of the most points. */
const mostNames = 24;
/** Places are kept in this many steps: finer than any screen. */
const steps = 4096;

/** A way to colour the points. */
interface Colouring {
  readonly id: string;
  readonly title: string;
  /** Group of each point. */
  readonly groups: readonly number[];
  readonly names: Readonly<Record<number, string>>;
  readonly colours: Readonly<Record<number, string>>;
}

/** The evaluated samples as points in the plane; the page's script draws them. */
export function mapSection(model: ReportModel): Html | undefined {
  const { embeddings, atlas, previews, noun } = model;
  const map = embeddings?.map;
  if (!embeddings || !map || embeddings.count === 0) return undefined;
  const every = Math.ceil(embeddings.count / mostPoints);
  const images = Array.from({ length: Math.ceil(embeddings.count / every) }, (_, at) => at * every);
  const colourings = [
    ...(embeddings.predicted ? [byClass(model, embeddings.predicted, images)] : []),
    ...(embeddings.labels && model.hasLabels ? [byLabel(model, embeddings.labels, images)] : []),
  ];
  const data = {
    ...places(map, images),
    images,
    colourings,
    noun,
    texts: previews?.texts,
    atlas: atlas && { columns: atlas.columns, capacity: atlas.capacity },
  };
  return html`<section id="map">
    <h2>Map of the features</h2>
    <p class="lede">
      Every point is one ${noun}; near points have similar features. Directions and distances between far
      groups mean nothing. ${every > 1 && `One ${noun} in ${every} is drawn.`}
    </p>
    ${
      colourings.length > 1 &&
      html`<div class="switch" role="group" aria-label="Colour by">
        ${colourings.map(
          ({ id, title }, at) =>
            html`<button type="button" data-colouring="${id}" aria-pressed="${at === 0 ? 'true' : 'false'}">
              ${title}
            </button>`,
        )}
      </div>`
    }
    <div class="map">
      <div class="map-stage">
        <canvas
          id="map-canvas"
          tabindex="0"
          role="img"
          aria-label="Map of ${images.length} ${noun}s. Arrow keys go from point to point."
        ></canvas>
        <div id="map-card" role="status" hidden>
          <span class="tile" role="img" aria-label="The ${noun} at the pointer"></span
          ><span id="map-words"></span>
        </div>
      </div>
      ${colourings.map((colouring, at) => legend(colouring, at === 0))}
    </div>
    <noscript
      ><p class="notice">
        The map is drawn by a script of this page, and scripts are switched off.
      </p></noscript
    >
    ${jsonScript('map-data', data)}
  </section>`;
}

function byClass(
  { classes, classColour, learntLabels }: ReportModel,
  predicted: Int32Array,
  images: readonly number[],
): Colouring {
  return {
    id: 'class',
    title: learntLabels ? 'Predicted class' : 'Discovered class',
    groups: images.map((image) => predicted[image] as number),
    names: Object.fromEntries(classes.map(({ index }) => [index, `class ${index}`])),
    colours: Object.fromEntries(classes.map(({ index }) => [index, classColour(index)])),
  };
}

function byLabel(model: ReportModel, labels: Int32Array, images: readonly number[]): Colouring {
  const groups = images.map((image) => labels[image] as number);
  const used = [...new Set(groups)];
  return {
    id: 'label',
    title: 'Label',
    groups,
    names: Object.fromEntries(used.map((label) => [label, model.labelName(label)])),
    colours: Object.fromEntries(used.map((label) => [label, model.labelColour(label)])),
  };
}

function legend({ id, groups, names, colours }: Colouring, isShown: boolean): Html {
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const shown = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostNames)
    .map(([group]) => group)
    .sort((a, b) => a - b);
  return html`<div class="map-legend" data-legend="${id}" ${!isShown && html`hidden`}>
    <p class="small">Choose one to see where it lies.</p>
    <ul>
      ${shown.map(
        (group) =>
          html`<li>
            <button type="button" data-group="${group}" aria-pressed="false">
              <i style="background:${colours[group]}"></i>${names[group]}
            </button>
          </li>`,
      )}
    </ul>
    ${counts.size > shown.length && html`<p class="small">and ${counts.size - shown.length} smaller ones</p>`}
  </div>`;
}

/** Places within a square, from 0 to `steps`, as whole numbers; what is not finite goes to the middle. */
function places(map: Float32Array, images: readonly number[]): { x: number[]; y: number[]; steps: number } {
  const axis = (offset: 0 | 1): number[] => images.map((image) => map[2 * image + offset] as number);
  const [xs, ys] = [axis(0), axis(1)];
  const [left, right] = extent(xs);
  const [bottom, top] = extent(ys);
  const size = Math.max(right - left, top - bottom) || 1;
  const place = (value: number, low: number, high: number): number =>
    Number.isFinite(value)
      ? Math.round(((value - (low + high) / 2) / size + 0.5) * steps)
      : Math.round(steps / 2);
  return { x: xs.map((x) => place(x, left, right)), y: ys.map((y) => steps - place(y, bottom, top)), steps };
}

function extent(values: readonly number[]): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return [0, 0];
  return finite.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
