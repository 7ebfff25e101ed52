import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import type { ViewRecipe } from '@ssl/augment';

import type { ImageDataset, SharedDataset } from './dataset.ts';
import { makeViews } from './make-views.ts';
import { attachDataset } from './open-dataset.node.ts';
import type { ViewSlice } from './join-slices.ts';
import { plainError, type PoolReply, type PoolRequest } from './worker-pool.node.ts';

/** What a worker is started with. */
export interface ViewWorkerData {
  readonly dataset: SharedDataset;
  readonly recipe: ViewRecipe;
  readonly seed: number;
}

/** Some images of a batch. */
export interface ViewTask {
  readonly epoch: number;
  readonly indices: Int32Array;
}

const port = parentPort as MessagePort;
const { dataset: shared, recipe, seed } = workerData as ViewWorkerData;

let dataset: Promise<ImageDataset> | undefined;
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

async function work(id: number, { epoch, indices }: ViewTask): Promise<void> {
  if (closing) return;
  try {
    dataset ??= attachDataset(shared);
    const options = { dataset: await dataset, recipe, seed };
    const slice = await makeViews(options, epoch, indices, () => closing);
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
  return Object.values(groups).flatMap(({ images, targets }) =>
    [images, targets].flatMap((values) => (values ? [values.buffer as ArrayBuffer] : [])),
  );
}
