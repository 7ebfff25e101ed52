import type { ConformanceGroup, ConformanceResult } from '@ssl/backend/testing';
import type { CheckName, WorkEvent } from '../work/messages.ts';
import { find, make, makeData } from './elements.ts';
import type { Setup } from './setup.ts';
import { bindWork } from './work-section.ts';

type Outcome = ConformanceResult | string;

const groupTitles: Readonly<Record<ConformanceGroup, string>> = {
  shapes: 'Ops of all shapes',
  edges: 'The smallest and oddest shapes',
  'not finite': 'NaN and infinities',
  PyTorch: 'Layers against PyTorch',
};

/** The section that runs the checks: a square for each, and in each group what every one of them gave. */
export function bindChecks(setup: Setup): void {
  const section = find('#checks');
  const result = find('.result', section);
  const progress = find<HTMLProgressElement>('progress', section);
  const figures = {
    passed: find('[data-figure=passed]', section),
    failed: find('[data-figure=failed]', section),
    error: find('[data-figure=error]', section),
  };
  let rows: CheckRow[] = [];
  let counts = { passed: 0, failed: 0, error: 0 };

  function showFigures(): void {
    figures.passed.replaceChildren(
      makeData(counts.passed, `${counts.passed}`),
      make('small', {}, ` of ${rows.length}`),
    );
    figures.failed.replaceChildren(makeData(counts.failed, `${counts.failed}`));
    figures.error.replaceChildren(makeError(counts.error));
    figures.failed.classList.toggle('trouble', counts.failed > 0);
    progress.value = counts.passed + counts.failed;
  }

  function onEvent(event: WorkEvent): void {
    if (event.type === 'checks') {
      rows = event.checks.map(createRow);
      const groups = Object.entries(groupTitles).map(([group, title]) =>
        createGroup(
          title,
          rows.filter((_, index) => event.checks[index]?.group === group),
        ),
      );
      find('.groups', section).replaceChildren(...groups.filter((group) => group !== undefined));
      progress.max = Math.max(1, rows.length);
      result.hidden = false;
      showFigures();
    }
    if (event.type === 'check') {
      const { outcome } = event;
      rows[event.index]?.show(outcome);
      if (typeof outcome === 'string' || !outcome.passed) counts.failed += 1;
      else counts.passed += 1;
      if (typeof outcome !== 'string') {
        counts.error = Math.max(counts.error, outcome.valueError, outcome.gradientError);
      }
      showFigures();
    }
  }

  bindWork({
    section,
    request: () => (setup.check() ? { task: 'checks', filter: setup.filter(), ...setup.work() } : undefined),
    onStart: () => {
      result.hidden = true;
      counts = { passed: 0, failed: 0, error: 0 };
    },
    onEvent,
  });
}

interface CheckRow {
  readonly row: HTMLTableRowElement;
  readonly square: HTMLElement;
  readonly show: (outcome: Outcome) => void;
}

function createRow({ name, limits }: CheckName): CheckRow {
  const square = make('i', { title: name });
  const row = make('tr', {}, make('th', { scope: 'row' }, name));
  return {
    row,
    square,
    show: (outcome) => {
      const passed = typeof outcome !== 'string' && outcome.passed;
      row.dataset['outcome'] = square.className = passed ? 'passed' : 'failed';
      if (!passed) square.closest('details')?.setAttribute('open', '');
      row.append(...cells(outcome, limits));
    },
  };
}

function cells(outcome: Outcome, limits: CheckName['limits']): HTMLTableCellElement[] {
  if (typeof outcome === 'string') return [make('td', { colspan: '3', class: 'trouble' }, outcome)];
  const { valueError, gradientError, leaked } = outcome;
  const cell = (value: number, most: number, shown: HTMLDataElement): HTMLTableCellElement =>
    make('td', value <= most ? {} : { class: 'trouble' }, shown);
  return [
    cell(valueError, limits.value, makeError(valueError)),
    cell(gradientError, limits.gradient, makeError(gradientError)),
    cell(leaked, 0, makeData(leaked, String(leaked))),
  ];
}

function createGroup(title: string, rows: readonly CheckRow[]): HTMLDetailsElement | undefined {
  if (rows.length === 0) return undefined;
  const heads = ['Check', 'Value', 'Gradients', 'Left over'].map((text) =>
    make('th', { scope: 'col' }, text),
  );
  return make(
    'details',
    {},
    make(
      'summary',
      {},
      make('span', {}, title, ' ', make('small', {}, String(rows.length))),
      make('span', { class: 'squares', 'aria-hidden': 'true' }, ...rows.map(({ square }) => square)),
    ),
    make(
      'div',
      { class: 'scroll' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, ...heads)),
        make('tbody', {}, ...rows.map(({ row }) => row)),
      ),
    ),
  );
}

/** Relative errors are told by their power of ten. */
function makeError(error: number): HTMLDataElement {
  if (error === 0 || !Number.isFinite(error)) return makeData(error, error === 0 ? '0' : '∞');
  const [digit = '', exponent = ''] = error.toExponential(0).split('e');
  return makeData(error, `${digit}·10`, make('sup', {}, exponent.replace('-', '−').replace('+', '')));
}
