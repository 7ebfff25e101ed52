import { poolThreadScript, type PoolOptions, type PoolThread } from './pool-thread.ts';

const script = `${poolThreadScript}
self.onmessage = ({ data }) => serve(data, () => self.postMessage('ready'));
`;

/**
 * Starts Web Workers that wait for work in shared memory (assembly/threads.ts).
 *
 * @returns what ends them
 * @throws whatever keeps one of them from starting; the others are ended then
 */
export async function startPool({ count, ...shared }: PoolOptions): Promise<() => Promise<void>> {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const workers = Array.from({ length: count }, () => new Worker(url));
  const end = async (): Promise<void> => {
    for (const worker of workers) worker.terminate();
  };
  try {
    await Promise.all(workers.map((worker, index) => start(worker, { ...shared, thread: index + 1 })));
  } catch (error) {
    await end();
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
  return end;
}

function start(worker: Worker, thread: PoolThread): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message || 'a worker could not be loaded'));
    worker.postMessage(thread);
  });
}
