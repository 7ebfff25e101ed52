import type { BackendName } from '@ssl/backend';
import type { TrainShapesOptions } from '../work/train-shapes.ts';
import type { WorkOn } from '../work/messages.ts';
import { find } from './elements.ts';

/** The form's settings. */
export interface Setup {
  /** Whether all fields hold what they may; says what is amiss where not. */
  readonly check: () => boolean;
  readonly work: () => WorkOn;
  readonly filter: () => string;
  readonly training: () => TrainShapesOptions;
}

/** Fills the form from the address, and keeps the address up to date, so that it can be passed on. */
export function bindSetup(): Setup {
  const form = find<HTMLFormElement>('#setup');
  const fields = [...form.elements].filter((element) => element instanceof HTMLInputElement);
  for (const [name, value] of new URLSearchParams(location.search)) {
    for (const field of fields.filter((each) => each.name === name)) {
      if (field.type === 'radio') field.checked = field.value === value;
      else field.value = value;
    }
  }
  form.addEventListener('submit', (event) => event.preventDefault());
  // Some fields stand outside of the form's element: what they tell does not pass through it.
  document.addEventListener('input', () => {
    const query = fields
      .filter(({ type, checked, defaultChecked, value, defaultValue }) =>
        type === 'radio' ? checked && !defaultChecked : value !== defaultValue,
      )
      .map(({ name, value }) => [name, value]);
    const text = new URLSearchParams(query).toString();
    history.replaceState(null, '', text === '' ? location.pathname : `?${text}`);
  });
  const read = (name: string): string => String(new FormData(form).get(name) ?? '');
  return {
    check: () => form.reportValidity(),
    work: () => ({
      backend: read('backend') as BackendName,
      ...(read('threads') !== '' && { threads: Number(read('threads')) }),
    }),
    filter: () => read('filter').trim(),
    training: () => ({
      steps: Number(read('steps')),
      batchSize: Number(read('batchSize')),
      width: Number(read('width')),
    }),
  };
}
