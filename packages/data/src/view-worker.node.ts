import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import type { InputSpec, ViewRecipe } from '@ssl/augment';

import type { BatchSegment } from './batch-order.ts';
import type { Dataset, SharedDataset } from './dataset.ts';
import { makeViews } from './make-views.ts';
import { attachDataset } from './open-dataset.node.ts';
import type { ViewSlice } from './join-slices.ts';
import type { StreamPlan } from './view-loader.ts';
import { plainError, type PoolReply, type PoolRequest } from './worker-pool.node.ts';

/** What a worker is started with. */
export interface ViewWorkerData {
  readonly dataset: SharedDataset;
  readonly recipe: ViewRecipe;
  readonly input: InputSpec;
  readonly streams: readonly StreamPlan[];
  readonly seed: number;
}

/** Some samples of a batch. */
export type ViewTask = BatchSegment;

const port = parentPort as MessagePort;
const { dataset: shared, ...options } = workerData as ViewWorkerData;

let dataset: Promise<Dataset> | undefined;
let closing = false;
let last = Promise.resolve();

port.on('message', (request: PoolRequest<ViewTask>) => {
  if (request.type === 'close') {
    closing = true;
    last = last.then(end);
  } else {
    last = last.then(() => work(request.id, request.task));
  }
});

async function work(id: number, task: ViewTask): Promise<void> {
  if (closing) return;
  try {
    dataset ??= attachDataset(shared);
    const slice = await makeViews({ ...options, dataset: await dataset }, task, () => closing);
    const reply: PoolReply<ViewSlice> = { id, result: slice };
    port.postMessage(reply, buffersOf(slice));
  } catch (error) {
    const reply: PoolReply<ViewSlice> = { id, error: plainError(error) };
    port.postMessage(reply);
  }
}

async function end(): Promise<void> {
  try {
    await (await dataset)?.close();
  } finally {
    port.close();
  }
}

/** Moved to the other thread rather than copied. */
function buffersOf({ groups }: ViewSlice): ArrayBuffer[] {
  return Object.values(groups).flatMap(({ inputs, targets }) =>
    [inputs, ...Object.values(targets).map(({ data }) => data)].map((values) => values.buffer as ArrayBuffer),
  );
}
