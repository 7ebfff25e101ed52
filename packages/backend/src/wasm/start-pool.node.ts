import { Worker } from 'node:worker_threads';
import { poolThreadScript, type PoolOptions, type PoolThread } from './pool-thread.ts';

const script = `${poolThreadScript}
const { parentPort, workerData } = require('node:worker_threads');
serve(workerData, () => parentPort.postMessage('ready'));
`;

/**
 * Starts threads that wait for work in shared memory (assembly/threads.ts). They do not keep the process alive.
 *
 * @returns what ends them
 * @throws whatever keeps one of them from starting; the others are ended then
 */
export async function startPool({ count, ...shared }: PoolOptions): Promise<() => Promise<void>> {
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: PoolThread = { ...shared, thread: index + 1 };
    return new Worker(script, { eval: true, workerData, execArgv: [], env: {} });
  });
  const end = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(workers.map(started));
  } catch (error) {
    await end();
    throw error;
  }
  for (const worker of workers) worker.unref();
  return end;
}

function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended as it started')));
  });
}
