import type { Dataset } from '@ssl/data';
import { UserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import type { TrainConfig } from '../config/train-config.ts';

/**
 * The labels of a data set that a run may see: all of them, or `labelsPerClass` of each class, chosen by the seed;
 * −1 elsewhere.
 *
 * @throws UserError if a class has fewer
 */
export function chooseLabels(
  { name, labels, classNames = [] }: Dataset,
  { labelsPerClass, seed }: Pick<TrainConfig, 'labelsPerClass' | 'seed'>,
): Int32Array | undefined {
  if (labels === undefined || labelsPerClass === undefined) return labels;
  const chosen = new Int32Array(labels.length).fill(-1);
  for (const [label, className] of classNames.entries()) {
    const members = Int32Array.from(labels.keys()).filter((index) => labels[index] === label);
    if (members.length < labelsPerClass) {
      throw new UserError(
        `${name}: class "${className}" has ${members.length} labelled ${members.length === 1 ? 'sample' : 'samples'}, fewer than the ${labelsPerClass} asked for; lower labelsPerClass`,
      );
    }
    const order = createRandom(seed, 'labels', label).permutation(members.length);
    for (const place of order.subarray(0, labelsPerClass)) chosen[members[place] as number] = label;
  }
  return chosen;
}
