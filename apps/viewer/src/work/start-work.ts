import type { WorkEvent, WorkRequest } from './messages.ts';

/**
 * Does a task in a Web Worker of its own, which ends with it.
 *
 * @returns what ends it before
 */
export function startWork(request: WorkRequest, onEvent: (event: WorkEvent) => void): () => void {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const end = (): void => worker.terminate();
  worker.onmessage = ({ data }: MessageEvent<WorkEvent>) => {
    if (data.type === 'done' || data.type === 'failed') end();
    onEvent(data);
  };
  worker.onerror = ({ message }) => {
    end();
    onEvent({ type: 'failed', message: message || 'the worker could not be loaded' });
  };
  worker.postMessage(request);
  return end;
}
