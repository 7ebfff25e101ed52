import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { TrainedStep } from '../work/train-shapes.ts';

const height = 240;
const margin = { top: 14, right: 14, bottom: 28, left: 44 };

/** Draws the loss of each step, with room for those to come. */
export function drawLossChart(figure: HTMLElement, steps: readonly TrainedStep[], totalSteps: number): void {
  // Its own width in pixels, so that letters are as large on a phone.
  const width = figure.clientWidth;
  const losses = steps.map(({ loss }) => loss).filter((loss) => Number.isFinite(loss));
  const [low, high] = losses.length > 0 ? [Math.min(...losses), Math.max(...losses)] : [0, 1];
  const room = Math.max((high - low) * 0.05, 0.02);
  const x = scaleLinear([1, Math.max(2, totalSteps)], [margin.left, width - margin.right]);
  const y = scaleLinear([low - room, high + room], [height - margin.bottom, margin.top]).nice(4);
  const label = y.tickFormat(4);
  const path = line<TrainedStep>(
    ({ step }) => x(step),
    ({ loss }) => y(loss),
  ).defined(({ loss }) => Number.isFinite(loss));
  const last = steps.at(-1);
  const svg = draw(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': describe(steps) },
    ...y
      .ticks(4)
      .flatMap((tick) => [
        draw('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
        draw('text', { x: margin.left - 10, y: y(tick) + 4, 'text-anchor': 'end' }, label(tick)),
      ]),
    ...x
      .ticks(Math.min(width / 60, totalSteps))
      .filter((tick) => Number.isInteger(tick) && tick >= 1)
      .map((tick) => draw('text', { x: x(tick), y: height - 8, 'text-anchor': 'middle' }, String(tick))),
    draw('path', { class: 'line', d: path(steps) ?? '' }),
    ...(last && Number.isFinite(last.loss)
      ? [draw('circle', { class: 'dot', cx: x(last.step), cy: y(last.loss), r: 3.5 })]
      : []),
  );
  figure.replaceChildren(svg);
}

function describe(steps: readonly TrainedStep[]): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return 'Chart of the loss, still empty.';
  return `Chart of the loss: ${first.loss.toFixed(3)} at step 1, ${last.loss.toFixed(3)} at step ${last.step}.`;
}

function draw(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: (Node | string)[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
