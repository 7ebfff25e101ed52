import { UserError } from '@ssl/errors';
import { checkSameShape, type SampleViews } from './apply-recipe.ts';
import { sizeOfShape } from './input-spec.ts';

/** Samples of a stream in a batch. */
export interface StreamBatch {
  readonly size: number;
  /** Index of each sample in the data set, `[size]`. */
  readonly indices: Int32Array;
  /** Class of each sample, `[size]`, −1 where unknown; absent where the data set has no labels. */
  readonly labels?: Int32Array;
}

/** The views of a batch, as they come from the workers: typed arrays, ready to be made tensors. */
export interface ViewBatch {
  /** By name; the first one is that of methods which name none. */
  readonly streams: Readonly<Record<string, StreamBatch>>;
  readonly groups: ViewGroups;
}

/** The groups of views of several samples, by name. */
export type ViewGroups = Readonly<Record<string, ViewGroupBatch>>;

/** One group of views of a batch. */
export interface ViewGroupBatch {
  /** Name of the stream whose samples these are views of. */
  readonly stream: string;
  /** Views per sample. */
  readonly count: number;
  /** Of one view. */
  readonly shape: readonly number[];
  /** `[count × size, …shape]`, view-major: view i of all samples, then view i + 1. */
  readonly inputs: Float32Array | Int32Array;
  /** By name, in the same order as the views. */
  readonly targets: Readonly<Record<string, TargetBatch>>;
}

/** One target of all views of a group: `[count × size, …shape]`. */
export interface TargetBatch {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Room for the views of `size` samples, shaped like those of one of them; to be filled by `writeViews`. */
export function allocateViewGroups(like: SampleViews, stream: string, size: number): ViewGroups {
  const groups = Object.entries(like).map(([name, { inputs, targets }]): [string, ViewGroupBatch] => {
    const count = inputs.length;
    const [first] = inputs;
    if (first === undefined) throw new RangeError(`allocateViewGroups: group "${name}" has no view`);
    const room = <Data extends Float32Array | Int32Array>(data: Data, shape: readonly number[]): Data =>
      emptyLike(data, count * size * sizeOfShape(shape));
    const targetRoom = Object.entries(targets[0] ?? {}).map(([target, { shape, data }]) => [
      target,
      { shape, data: room(data, shape) },
    ]);
    return [
      name,
      {
        ...{ stream, count, shape: first.shape, inputs: room(first.data, first.shape) },
        targets: Object.fromEntries(targetRoom) as Record<string, TargetBatch>,
      },
    ];
  });
  return Object.fromEntries(groups);
}

/** A typed array of the same type. */
export function emptyLike<Data extends Float32Array | Int32Array>(data: Data, length: number): Data {
  return (data instanceof Float32Array ? new Float32Array(length) : new Int32Array(length)) as Data;
}

/**
 * Writes the views of one sample to its place in a batch.
 *
 * @param position of the sample, from 0 to size − 1
 * @throws UserError if the views have another size than the batch, or other targets
 */
export function writeViews(groups: ViewGroups, position: number, views: SampleViews): void {
  for (const [name, group] of Object.entries(groups)) {
    const values = sizeOfShape(group.shape);
    const size = group.inputs.length / (group.count * values);
    const { inputs = [], targets = [] } = views[name] ?? {};
    inputs.forEach((view, index) => {
      checkSameShape(name, group.shape, view.shape);
      const row = index * size + position;
      group.inputs.set(view.data, row * values);
      writeTargets(name, group, row, targets[index] ?? {});
    });
  }
}

function writeTargets(
  name: string,
  group: ViewGroupBatch,
  row: number,
  targets: SampleViews[string]['targets'][number],
): void {
  for (const [target, { shape, data }] of Object.entries(group.targets)) {
    const found = targets[target];
    if (found === undefined) {
      throw new UserError(
        `view recipe: group "${name}": some views have the target "${target}", others have not`,
      );
    }
    checkSameShape(`${name}.${target}`, shape, found.shape);
    data.set(found.data, row * sizeOfShape(shape));
  }
}
