import { useBackend } from '@ssl/backend/browser';
import * as tf from '@tensorflow/tfjs-core';
import type { WorkEvent, WorkRequest } from './messages.ts';
import { runChecks } from './run-checks.ts';
import { trainingSizes, trainShapes } from './train-shapes.ts';

// A worker does one task; the page ends it, and with it the backend's threads and memory.
self.onmessage = ({ data }: MessageEvent<WorkRequest>) => void answer(data);

async function answer(request: WorkRequest): Promise<void> {
  try {
    await work(request);
    tell({ type: 'done' });
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

async function work(request: WorkRequest): Promise<void> {
  const { threads } = request;
  const info = await useBackend(request.backend, threads === undefined ? {} : { threads });
  const { name, description, notes } = info;
  tell({ type: 'backend', backend: { name, description, threads: info.threads, notes } });
  if (request.task === 'checks') {
    await runChecks(info, request.filter, {
      onChecks: (checks) =>
        tell({
          type: 'checks',
          checks: checks.map(({ name, group, limits }) => ({ name, group, limits })),
        }),
      onCheck: (index, outcome) => tell({ type: 'check', index, outcome }),
    });
    return;
  }
  const { steps, batchSize } = trainingSizes(request.training);
  tell({ type: 'training', totalSteps: steps, batchSize });
  await trainShapes(request.training, (step) => {
    const memoryBytes = info.memoryBytes?.();
    const held = { tensors: tf.memory().numTensors, ...(memoryBytes !== undefined && { memoryBytes }) };
    tell({ type: 'step', ...step, ...held });
  });
}

function tell(event: WorkEvent): void {
  self.postMessage(event);
}
