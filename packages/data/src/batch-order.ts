import { createRandom } from '@ssl/random';

import { checkViewLoaderOptions, type StreamPlan, type ViewLoaderOptions } from './view-loader.ts';

/** Samples of a stream that belong to one pass over it. */
export interface BatchSegment {
  readonly stream: string;
  /** Whether it is the stream that epochs are counted by. */
  readonly isFirst: boolean;
  /** Passes over the stream before this one: for the first stream, the epoch. */
  readonly pass: number;
  /** Indices into the data set. */
  readonly indices: Int32Array;
}

/** Which samples are in which step. */
export interface BatchOrder {
  readonly stepsPerEpoch: number;
  /** The segments of a step, stream by stream; a stream whose pass ends within the batch has several. */
  plan(step: number): readonly BatchSegment[];
}

/**
 * The order in which a loader takes the samples, as `ViewLoader` defines it.
 *
 * @throws UserError, RangeError as `checkViewLoaderOptions`
 */
export function createBatchOrder(options: ViewLoaderOptions): BatchOrder {
  checkViewLoaderOptions(options);
  const { seed, shuffle = true, dropLast = true } = options;
  const { length } = options.dataset;
  const [first, ...others] = options.streams as [StreamPlan, ...StreamPlan[]];
  const firstLength = first.indices?.length ?? length;
  const batches = firstLength / first.batchSize;
  const stepsPerEpoch = dropLast ? Math.floor(batches) : Math.ceil(batches);

  const orderOfFirst = rememberLast((epoch) =>
    orderOf(first, length, shuffle ? ['order', epoch] : undefined, seed),
  );
  const planOthers = others.map((stream) => planEndless(stream, length, shuffle, seed));

  return {
    stepsPerEpoch,
    plan(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const start = (step % stepsPerEpoch) * first.batchSize;
      const indices = orderOfFirst(epoch).slice(start, start + first.batchSize);
      return [
        { stream: first.name, isFirst: true, pass: epoch, indices },
        ...planOthers.flatMap((plan) => plan(step)),
      ];
    },
  };
}

/** A stream that begins anew, in another order, whenever all of its samples were taken. */
function planEndless(
  stream: StreamPlan,
  datasetLength: number,
  shuffle: boolean,
  seed: number,
): (step: number) => readonly BatchSegment[] {
  const { name, batchSize } = stream;
  const length = stream.indices?.length ?? datasetLength;
  const orderOfPass = rememberLast((pass) =>
    orderOf(stream, datasetLength, shuffle ? ['order', name, pass] : undefined, seed),
  );
  return (step) => {
    const segments: BatchSegment[] = [];
    let position = step * batchSize;
    const end = position + batchSize;
    while (position < end) {
      const pass = Math.floor(position / length);
      const start = position - pass * length;
      const count = Math.min(end - position, length - start);
      const indices = orderOfPass(pass).slice(start, start + count);
      segments.push({ stream: name, isFirst: false, pass, indices });
      position += count;
    }
    return segments;
  };
}

function orderOf(
  { indices }: StreamPlan,
  datasetLength: number,
  path: readonly (string | number)[] | undefined,
  seed: number,
): Int32Array {
  const length = indices?.length ?? datasetLength;
  const order =
    path === undefined
      ? Int32Array.from({ length }, (_, place) => place)
      : createRandom(seed, ...path).permutation(length);
  return indices === undefined ? order : order.map((place) => indices[place] as number);
}

/** Steps are asked for in order, so one remembered pass spares a permutation a step. */
function rememberLast(compute: (pass: number) => Int32Array): (pass: number) => Int32Array {
  let remembered: { readonly pass: number; readonly order: Int32Array } | undefined;
  return (pass) => {
    if (remembered?.pass !== pass) remembered = { pass, order: compute(pass) };
    return remembered.order;
  };
}
