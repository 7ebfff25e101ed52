import type { BackendFacts, WorkEvent, WorkRequest } from '../work/messages.ts';
import { startWork } from '../work/start-work.ts';
import { find, make } from './elements.ts';

/** What a section does with its own task. */
export interface WorkSection {
  readonly section: HTMLElement;
  /** The task, as the form has it; undefined where it cannot be done so. */
  readonly request: () => WorkRequest | undefined;
  /** Shows that a new task has begun. */
  readonly onStart: () => void;
  readonly onEvent: (event: WorkEvent) => void;
}

/** Lets the buttons of a section start and stop its task, and shows how it stands. */
export function bindWork({ section, request, onStart, onEvent }: WorkSection): void {
  const start = find<HTMLButtonElement>('[data-action=start]', section);
  const stop = find<HTMLButtonElement>('[data-action=stop]', section);
  const status = find('.status', section);
  let end = (): void => undefined;

  function show(state: 'running' | 'done' | 'failed' | 'stopped'): void {
    section.dataset['state'] = state;
    const running = state === 'running';
    stop.hidden = !running;
    start.hidden = running;
  }

  start.addEventListener('click', () => {
    const wanted = request();
    if (!wanted) return;
    show('running');
    status.replaceChildren(make('p', {}, `Starting ${wanted.backend} …`));
    onStart();
    end = startWork(wanted, (event) => {
      if (event.type === 'backend') status.replaceChildren(...describe(event.backend));
      if (event.type === 'done') show('done');
      if (event.type === 'failed') {
        show('failed');
        status.append(make('p', { class: 'trouble', role: 'alert' }, event.message));
      }
      onEvent(event);
    });
    stop.focus();
  });

  stop.addEventListener('click', () => {
    end();
    show('stopped');
    status.append(make('p', {}, 'Stopped.'));
    start.focus();
  });
}

function describe({ description, notes }: BackendFacts): HTMLElement[] {
  return [
    make('p', { class: 'backend' }, description),
    ...notes.map((note) => make('p', { class: 'soft note' }, note)),
  ];
}
