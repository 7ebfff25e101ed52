import { Worker } from 'node:worker_threads';

/** What a thread of the pool is started with. */
interface PoolThread {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly thread: number;
}

// Text, not a file: a worker could not load TypeScript, and a bundle has no file to point to.
const script = `
const { parentPort, workerData } = require('node:worker_threads');
const { module, memory, control, thread } = workerData;
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
const words = new Int32Array(memory.buffer, control, 2);
parentPort.postMessage('ready');
for (;;) {
  const ticket = kernels.work(control, thread);
  Atomics.add(words, 1, 1);
  Atomics.wait(words, 0, ticket);
  Atomics.sub(words, 1, 1);
}
`;

/**
 * Starts threads that wait for work in shared memory (assembly/threads.ts). They do not keep the process alive.
 *
 * @returns what ends them
 * @throws whatever keeps one of them from starting; the others are ended then
 */
export async function startPool(
  threads: Omit<PoolThread, 'thread'> & { readonly count: number },
): Promise<() => Promise<void>> {
  const { count, ...shared } = threads;
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
