import type { StepTimes } from './worker.ts';

// Measures what the address asks for, and leaves the result for the program that opened the page.
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const show = (result: StepTimes | { readonly error: string }): void => {
  document.body.dataset['result'] = JSON.stringify(result);
};
worker.onmessage = ({ data }: MessageEvent<StepTimes | { readonly error: string }>) => show(data);
worker.onerror = ({ message }) => show({ error: message });
worker.postMessage(Object.fromEntries(new URLSearchParams(location.search)));
