import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { useBackend } from '@ssl/backend/node';
import { sampleRange, type Dataset, type ValueRange } from '@ssl/data';
import { openDataset } from '@ssl/data/node';
import { UserError } from '@ssl/errors';
import { planRun } from '@ssl/train';
import { createRunFolder } from '@ssl/train/node';
import { version_core } from '@tensorflow/tfjs-core';
import type { TrainRequest } from '../options/train-request.node.ts';
import { packageVersion } from '../package-version.node.ts';
import type { StopSignal } from '../terminal/stop-signal.node.ts';
import type { Terminal } from '../terminal/terminal.node.ts';
import { readInitialWeights } from './initial-weights.node.ts';
import { readLabelsFile, withLabelsOf } from './labels-file.node.ts';
import { describeRun } from './run-description.ts';
import { runTraining, type TrainingSummary } from './run-training.node.ts';

/** Starts a new run. Whatever is wrong is said before anything is written. */
export async function startRun(
  request: TrainRequest,
  terminal: Terminal,
  stop: StopSignal,
): Promise<TrainingSummary> {
  const { method, config, threads, strict } = request;
  const onWarning = (line: string): void => terminal.note(`Warning: ${line}`);
  const backend = await useBackend(request.backend, threads === undefined ? {} : { threads });
  const { range } = request;
  const labels = request.labels === undefined ? undefined : await readLabelsFile(request.labels);
  const opened = await openDataset(request.data, { strict, onWarning, ...(range && { range }) });
  try {
    const dataset = withLabelsOf(labels, opened);
    if (!method.usesLabels && (labels ?? config.labelsPerClass) !== undefined) {
      onWarning(`${method.name} learns without labels: --labels and --labels-per-class change nothing in it`);
    }
    checkRange(range, dataset);
    const init =
      request.init === undefined ? undefined : await readInitialWeights(request.init, backend, terminal);
    const plan = await planRun({ method, dataset, config: init?.adapt(config) ?? config });
    const description = describeRun({
      ...{ plan, method, dataset, backend },
      preset: request.preset,
      methodSource: request.methodSource,
      dataKindSource: request.dataKindSource,
      ...{ labels, init },
      data: existsSync(request.data) ? resolve(request.data) : request.data,
      versions: { ssl: packageVersion(), node: process.versions.node, 'tfjs-core': version_core },
      createdAt: new Date(),
    });
    sayRange(range, dataset, terminal);
    const folder = await createRunFolder(request.out, description, { onWarning });
    const { check } = request;
    return await runTraining(
      { method, plan, dataset, backend, folder, check, initialize: init?.initialize },
      terminal,
      stop,
    );
  } finally {
    await opened.close();
  }
}

/** @throws UserError if a range was given for samples that need none */
function checkRange(range: ValueRange | undefined, { name, samples }: Dataset): void {
  if (range === undefined || sampleRange(samples) !== undefined) return;
  throw new UserError(
    `--range: ${name} needs none: it is for images of 16 bits or of real numbers; leave it out`,
  );
}

/** Says which values count as black and white: images come out dark or bright by it. */
function sayRange(given: ValueRange | undefined, { samples }: Dataset, terminal: Terminal): void {
  const [low, high] = sampleRange(samples) ?? [];
  if (low === undefined || high === undefined) return;
  const source = given === undefined ? 'measured on the images; --range LOW,HIGH sets others' : 'by --range';
  terminal.note(`Values from ${low} to ${high} count as 0 to 1 (${source}).`);
}
