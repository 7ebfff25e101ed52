import { sizesOfClasses } from '../clusters/cluster-scores.ts';

/** A discovered class, and what is in it. */
export interface DiscoveredClass {
  /** Its number in the predictions. */
  readonly index: number;
  /** Its rows, most confident first; in order where there is no confidence. */
  readonly members: Int32Array;
  /** Mean probability of the class over its members; absent without confidence or members. */
  readonly meanConfidence?: number;
  /** Members that have a label; absent without labels. */
  readonly labelled?: number;
  /** The commonest label among its members, the lowest of equals; absent where none has a label. */
  readonly majorityLabel?: number;
  /** Share of the labelled members that have that label; absent where none has a label. */
  readonly purity?: number;
}

export interface ListClassesOptions {
  /** Classes of the method's head. Default: one more than the largest prediction. */
  readonly classes?: number;
  /** Probability of the predicted class, `[rows]`. */
  readonly confidence?: Float32Array;
  /** Class of each row, `[rows]`, −1 where unknown. */
  readonly labels?: Int32Array;
}

/**
 * The members of each predicted class, for a person to look at: all classes in order, empty ones too.
 *
 * @param predictions predicted class of each row, `[rows]`, from 0
 * @throws RangeError if lengths differ or a prediction is out of range
 */
export function listClasses(
  predictions: Int32Array,
  options: ListClassesOptions = {},
): readonly DiscoveredClass[] {
  const { confidence, labels } = options;
  for (const [name, values] of Object.entries({ confidence, labels })) {
    if (values && values.length !== predictions.length) {
      throw new RangeError(
        `listClasses: ${name} must have an entry for each of ${predictions.length} predictions, got ${values.length}`,
      );
    }
  }
  const sizes = sizesOfClasses('listClasses', predictions, options.classes);
  const members = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  for (const [row, prediction] of predictions.entries()) {
    (members[prediction] as Int32Array)[filled[prediction]!++] = row;
  }
  return members.map((rows, index) => ({
    index,
    members: confidence
      ? rows.sort((a, b) => (confidence[b] as number) - (confidence[a] as number) || a - b)
      : rows,
    ...(confidence && rows.length > 0 && { meanConfidence: meanAt(confidence, rows) }),
    ...(labels && majority(labels, rows)),
  }));
}

function meanAt(values: Float32Array, rows: Int32Array): number {
  return rows.reduce((sum, row) => sum + (values[row] as number), 0) / rows.length;
}

function majority(
  labels: Int32Array,
  rows: Int32Array,
): Pick<DiscoveredClass, 'labelled' | 'majorityLabel' | 'purity'> {
  const counts = new Map<number, number>();
  let labelled = 0;
  for (const row of rows) {
    const label = labels[row] as number;
    if (label < 0) continue;
    labelled++;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (labelled === 0) return { labelled };
  const [majorityLabel, count] = [...counts].reduce((best, next) =>
    next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best,
  );
  return { labelled, majorityLabel, purity: count / labelled };
}
