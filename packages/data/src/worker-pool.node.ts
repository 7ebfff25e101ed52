import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { UserError } from '@ssl/errors';

/** What goes to a worker: a task, or the request to end once the present one is done. */
export type PoolRequest<Task> =
  { readonly type: 'task'; readonly id: number; readonly task: Task } | { readonly type: 'close' };

/** What comes back. */
export type PoolReply<Result> =
  { readonly id: number; readonly result: Result } | { readonly id: number; readonly error: PlainError };

/** An error as it travels between threads, which strip its class and name. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** Worker threads that take tasks in order, each the next one as soon as it is free. */
export interface WorkerPool<Task, Result> {
  /**
   * Rejects with the task's own error, with the pool's if a worker died, or after `close()`. A task whose signal
   * is aborted before a worker takes it is never begun.
   */
  run(task: Task, signal: AbortSignal): Promise<Result>;
  /** Whether the workers keep the process alive. They do not, unless somebody waits for them. */
  hold(held: boolean): void;
  /** Rejects what is under way and ends the workers. */
  close(): Promise<void>;
}

interface Job<Task, Result> {
  readonly task: Task;
  readonly signal: AbortSignal;
  resolve(result: Result): void;
  reject(error: Error): void;
}

interface Member<Task, Result> {
  readonly worker: Worker;
  readonly jobs: Map<number, Job<Task, Result>>;
  readonly exited: Promise<void>;
}

/** Tasks a worker holds: the one it works on and the next, so that it never waits for this thread. */
const tasksAtOnce = 2;
/** Milliseconds that a worker has to finish what it is at before it is ended by force. */
const patience = 5000;

/**
 * Starts worker threads.
 *
 * @param entry name of the worker's module beside this one, without extension
 * @param closedError made for what is asked of a closed pool
 */
export function createWorkerPool<Task, Result>(
  entry: string,
  workers: number,
  workerData: unknown,
  closedError: () => Error,
): WorkerPool<Task, Result> {
  const waiting: Job<Task, Result>[] = [];
  let nextId = 0;
  let failure: Error | undefined;
  let closing: Promise<void> | undefined;
  const members = Array.from({ length: workers }, start);

  function start(): Member<Task, Result> {
    const worker = startWorker(entry, workerData);
    worker.unref();
    const jobs = new Map<number, Job<Task, Result>>();
    worker.on('message', (reply: PoolReply<Result>) => {
      const job = jobs.get(reply.id);
      jobs.delete(reply.id);
      if ('error' in reply) job?.reject(revive(reply.error));
      else job?.resolve(reply.result);
      dispatch();
    });
    worker.on('error', (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
    const exited = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        fail(new Error(`${entry}: a worker ended with exit code ${code}`));
        resolve();
      });
    });
    return { worker, jobs, exited };
  }

  /** One dead worker ends the pool: its tasks are lost, and the next would most likely kill another. */
  function fail(error: Error): void {
    failure ??= error;
    for (const job of [...members.flatMap(({ jobs }) => [...jobs.values()]), ...waiting.splice(0)])
      job.reject(failure);
    for (const { jobs } of members) jobs.clear();
  }

  function dispatch(): void {
    for (;;) {
      const idlest = members.reduce((least, member) => (member.jobs.size < least.jobs.size ? member : least));
      if (idlest.jobs.size >= tasksAtOnce) return;
      const job = waiting.shift();
      if (!job) return;
      if (job.signal.aborted) {
        job.reject(closedError());
        continue;
      }
      const id = nextId++;
      idlest.jobs.set(id, job);
      const request: PoolRequest<Task> = { type: 'task', id, task: job.task };
      idlest.worker.postMessage(request);
    }
  }

  async function end({ worker, exited }: Member<Task, Result>): Promise<void> {
    worker.ref();
    const request: PoolRequest<Task> = { type: 'close' };
    worker.postMessage(request);
    const force = setTimeout(() => void worker.terminate(), patience);
    await exited;
    clearTimeout(force);
  }

  return {
    run: (task, signal) =>
      new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        waiting.push({ task, signal, resolve, reject });
        dispatch();
      }),
    hold(held) {
      for (const { worker } of members) {
        if (held) worker.ref();
        else worker.unref();
      }
    },
    close() {
      if (!closing) {
        fail(closedError());
        closing = Promise.all(members.map(end)).then(() => undefined);
      }
      return closing;
    },
  };
}

/** From sources the worker's module is TypeScript, which tsx (a development dependency) makes Node understand. */
function startWorker(entry: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL(`./${entry}.js`, import.meta.url), { workerData, execArgv: [] });
  }
  // `--import tsx` has no effect in workers, and a worker's entry must be something Node understands by itself.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'));
  const api = new URL('./dist/esm/api/index.mjs', tsx).href;
  const url = new URL(`./${entry}.ts`, import.meta.url).href;
  const code = `import(${JSON.stringify(api)}).then(({ register }) => (register(), import(${JSON.stringify(url)})))`;
  return new Worker(code, { eval: true, workerData, execArgv: ['--conditions=@ssl/source'] });
}

/** An error as `postMessage` can carry it. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}

function revive({ name, message, stack }: PlainError): Error {
  if (name === 'UserError') return new UserError(message);
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
