import type { DatasetKind } from './dataset-kind.node.ts';
import { arrays } from './kinds/arrays.node.ts';
import { audioFolder } from './kinds/audio-folder.node.ts';
import { cifar10 } from './kinds/cifar-10.node.ts';
import { generatedSentences } from './kinds/generated-sentences.node.ts';
import { generatedShapes } from './kinds/generated-shapes.node.ts';
import { generatedTones } from './kinds/generated-tones.node.ts';
import { idx } from './kinds/idx.node.ts';
import { imageFolder } from './kinds/image-folder.node.ts';
import { subsetKind } from './kinds/subset.node.ts';
import { text } from './kinds/text.node.ts';
import { tiffStack } from './kinds/tiff-stack.node.ts';

const builtIn: readonly DatasetKind[] = [
  generatedShapes,
  generatedTones,
  generatedSentences,
  cifar10,
  idx,
  arrays,
  tiffStack,
  audioFolder,
  text,
  imageFolder,
  subsetKind,
];

/** Kinds of a user's own, which come first: they are asked before all others. */
const added: DatasetKind[] = [];

/** All kinds of data sets. The first that recognises what the user gave opens it, so the least particular is last. */
export function datasetKinds(): readonly DatasetKind[] {
  return [...added, ...builtIn];
}

/** Whether a worker thread knows a kind: those of the library only. */
export function isBuiltIn(kind: string): boolean {
  return builtIn.some((candidate) => candidate.kind === kind);
}

/**
 * Adds a kind of data set of a user's own, in this thread. Registering the same object twice does nothing.
 *
 * @throws RangeError if another kind has the name
 */
export function registerDatasetKind(kind: DatasetKind): void {
  const known = datasetKinds().find((candidate) => candidate.kind === kind.kind);
  if (known !== undefined && known !== kind) {
    throw new RangeError(`registerDatasetKind: there is a kind "${kind.kind}" already; choose another name`);
  }
  if (known === undefined) added.push(kind);
}
