import type { HeldMemory, WorkEvent } from '../work/messages.ts';
import type { TrainedStep } from '../work/train-shapes.ts';
import { find, make, makeData } from './elements.ts';
import { drawLossChart } from './loss-chart.ts';
import type { Setup } from './setup.ts';
import { bindWork } from './work-section.ts';

/** The section that trains: the loss as it falls, and how long a step takes. */
export function bindTraining(setup: Setup): void {
  const section = find('#training');
  const result = find('.result', section);
  const progress = find<HTMLProgressElement>('progress', section);
  const chart = find('.chart', section);
  const rows = find('tbody', section);
  const figure = (name: string, ...children: (Node | string)[]): void =>
    find(`[data-figure=${name}]`, section).replaceChildren(...children);
  let steps: (TrainedStep & HeldMemory)[] = [];
  let sizes = { totalSteps: 1, batchSize: 1 };

  function showSteps(): void {
    const { totalSteps, batchSize } = sizes;
    const milliseconds = medianTime(steps);
    const pace = (1000 * batchSize) / milliseconds;
    const loss = steps.at(-1)?.loss ?? NaN;
    figure('step', makeData(steps.length, `${steps.length}`), make('small', {}, ` of ${totalSteps}`));
    figure('loss', makeData(loss, Number.isNaN(loss) ? '–' : loss.toFixed(3)));
    figure(
      'time',
      makeData(milliseconds, Number.isNaN(milliseconds) ? '–' : milliseconds.toFixed(0)),
      make('small', {}, ' ms'),
    );
    figure('memory', ...makeMebibytes(steps.at(-1)?.memoryBytes));
    figure('pace', makeData(pace, Number.isNaN(pace) ? '–' : pace.toFixed(pace < 10 ? 1 : 0)));
    progress.value = steps.length;
    drawLossChart(chart, steps, totalSteps);
  }

  function onEvent(event: WorkEvent): void {
    if (event.type === 'training') {
      sizes = event;
      progress.max = event.totalSteps;
      result.hidden = false;
      showSteps();
    }
    if (event.type === 'step') {
      steps.push(event);
      rows.append(
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, String(event.step)),
          make('td', { class: 'loss' }, makeData(event.loss, event.loss.toFixed(5))),
          make('td', {}, makeData(event.milliseconds, `${event.milliseconds.toFixed(0)} ms`)),
          make('td', { class: 'tensors' }, makeData(event.tensors, `${event.tensors}`)),
          make('td', { class: 'memory' }, ...makeMebibytes(event.memoryBytes)),
        ),
      );
      showSteps();
    }
  }

  bindWork({
    section,
    request: () =>
      setup.check() ? { task: 'training', training: setup.training(), ...setup.work() } : undefined,
    onStart: () => {
      steps = [];
      rows.replaceChildren();
      result.hidden = true;
    },
    onEvent,
  });
}

function makeMebibytes(bytes = NaN): (Node | string)[] {
  const text = Number.isNaN(bytes) ? '–' : (bytes / 2 ** 20).toFixed(0);
  return [makeData(bytes, text), make('small', {}, ' MiB')];
}

/** Median time of the steps but the first, which prepares what the others use. */
function medianTime(steps: readonly TrainedStep[]): number {
  const times = steps
    .slice(1)
    .map(({ milliseconds }) => milliseconds)
    .sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? NaN;
}
