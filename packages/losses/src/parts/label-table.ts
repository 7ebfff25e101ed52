import type { BufferTree, HostBuffer } from '@ssl/models';
import type { Random } from '@ssl/random';
import { assignLabels, type AssignLabelsOptions } from './assign-labels.ts';

/** Size of a label table. */
export interface LabelTableOptions {
  readonly heads: number;
  /** Classes of each head. */
  readonly classes: number;
  /** Images in the data set. */
  readonly samples: number;
  /** For the labels at the start. */
  readonly random: Random;
}

/** How images are spread over the classes. */
export interface LabelSummary {
  /** Share of the images whose label the last assignment changed, the mean over the heads it was for; 1 before. */
  readonly labelChanges: number;
  /** In images, over all heads. */
  readonly smallestCluster: number;
  readonly largestCluster: number;
  /** Classes that hold an image, of the head that uses fewest. */
  readonly classesUsed: number;
}

/** How labels are assigned anew. */
export interface RelabelOptions extends Pick<AssignLabelsOptions, 'lambda' | 'tolerance'> {
  /** Whether all classes become equally full; else each image goes to its largest logit. */
  readonly equipartition: boolean;
}

/** Labels of all images of a data set for each of several heads. */
export interface LabelTable {
  readonly samples: number;
  /** What is to be saved: `labels` `[heads, samples]` and `summary` `[4]`. */
  readonly buffers: BufferTree;
  /** Labels of some images for one head. */
  labelsOf(head: number, indices: Int32Array): Int32Array;
  /** Assigns the labels of one head by its logits of all images, `[samples, classes]`. */
  relabel(head: number, logits: Float32Array, options: RelabelOptions): void;
  /** Works out the summary after the heads have been assigned. */
  summarise(heads: readonly number[]): void;
  summary(): LabelSummary;
}

/** A table of labels that are random at first, equally many of each class. */
export function createLabelTable({ heads, classes, samples, random }: LabelTableOptions): LabelTable {
  const labels = new Int32Array(heads * samples);
  for (let head = 0; head < heads; head++) {
    const order = random.split('head', head).permutation(samples);
    for (const [place, index] of order.entries()) labels[head * samples + index] = place % classes;
  }
  const summary = new Float64Array([1, 0, 0, 0]);
  const changed = new Float64Array(heads);
  countClusters();

  function rowOf(head: number): Int32Array {
    return labels.subarray(head * samples, (head + 1) * samples);
  }

  function countClusters(): void {
    const sizes = Array.from({ length: heads }, (_, head) => {
      const counts = new Int32Array(classes);
      for (const label of rowOf(head)) counts[label] = (counts[label] as number) + 1;
      return counts;
    });
    summary[1] = Math.min(...sizes.map((counts) => Math.min(...counts)));
    summary[2] = Math.max(...sizes.map((counts) => Math.max(...counts)));
    summary[3] = Math.min(...sizes.map((counts) => counts.filter((size) => size > 0).length));
  }

  return {
    samples,
    buffers: new Map<string, HostBuffer>([
      ['labels', { shape: [heads, samples], data: labels }],
      ['summary', { shape: [summary.length], data: summary }],
    ]),
    labelsOf(head, indices) {
      const row = rowOf(head);
      return indices.map((index) => row[index] as number);
    },
    relabel(head, logits, options) {
      const row = rowOf(head);
      const found = options.equipartition
        ? assignLabels(logits, { classes, ...options }).labels
        : largestLogits(logits, classes);
      changed[head] = found.reduce((count, label, at) => count + (label === row[at] ? 0 : 1), 0) / samples;
      row.set(found);
    },
    summarise(relabelled) {
      const changes = relabelled.map((head) => changed[head] as number);
      summary[0] = changes.reduce((sum, share) => sum + share, 0) / changes.length;
      countClusters();
    },
    summary() {
      const [labelChanges, smallestCluster, largestCluster, classesUsed] = summary as unknown as Quadruple;
      return { labelChanges, smallestCluster, largestCluster, classesUsed };
    },
  };
}

type Quadruple = [number, number, number, number];

function largestLogits(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    return values.reduce((best, value, at) => (value > (values[best] as number) ? at : best), 0);
  });
}
