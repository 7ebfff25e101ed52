import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import type { CalculatingTask } from './fixtures/calculating-worker.node.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.node.ts';

const { signal } = new AbortController();

function pool(workers: number): WorkerPool<CalculatingTask, number> {
  const created = createWorkerPool<CalculatingTask, number>(
    'fixtures/calculating-worker.node',
    workers,
    {},
    () => new Error('closed'),
  );
  created.hold(true);
  onTestFinished(() => created.close());
  return created;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('createWorkerPool', () => {
  it('runs more tasks than workers, and gives a failing one its own error', async () => {
    const { run } = pool(2);
    const tasks = ([1, 2, 'mistake', 3, 'range', 4, 5] as const).map((task) => run(task, signal));
    const results = await Promise.allSettled(tasks);
    expect(results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))).toEqual([
      2, 4, 6, 8, 10,
    ]);
    await expect(tasks[2]).rejects.toMatchObject({ name: 'UserError', message: 'no number' });
    await expect(tasks[4]).rejects.toMatchObject({ name: 'RangeError', message: 'out of range' });
  });

  it.each([
    ['crash', 'the worker broke down'],
    ['exit', 'fixtures/calculating-worker.node: a worker ended with exit code 3'],
  ] as const)('rejects all tasks when a worker ends by %s', async (task, message) => {
    const { run } = pool(1);
    const results = await Promise.allSettled(([task, 1, 2, 3] as const).map((each) => run(each, signal)));
    expect(results.map((result) => result.status === 'rejected' && result.reason.message)).toEqual(
      new Array(4).fill(message),
    );
    await expect(run(4, signal)).rejects.toThrow(message);
  });

  it('does not begin a task whose signal was aborted before its turn', async () => {
    const { run } = pool(1);
    const stopped = new AbortController();
    const first = [run(1, signal), run(2, signal)];
    const late = run(3, stopped.signal);
    stopped.abort();
    await expect(late).rejects.toThrow('closed');
    expect(await Promise.all(first)).toEqual([2, 4]);
  });

  it('ends a worker by force that does not end by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { run, close } = pool(1);
    expect(await run(1, signal)).toBe(2);
    const hanging = expect(run('hang', signal)).rejects.toThrow('closed');
    const closed = close();
    vi.advanceTimersByTime(60_000);
    await Promise.all([closed, hanging]);
    await expect(run(1, signal)).rejects.toThrow('closed');
  });
});
