import type { DatasetKind } from './dataset-kind.node.ts';
import { audioFolder } from './kinds/audio-folder.node.ts';
import { cifar10 } from './kinds/cifar-10.node.ts';
import { generatedSentences } from './kinds/generated-sentences.node.ts';
import { generatedShapes } from './kinds/generated-shapes.node.ts';
import { generatedTones } from './kinds/generated-tones.node.ts';
import { idx } from './kinds/idx.node.ts';
import { imageFolder } from './kinds/image-folder.node.ts';
import { subsetKind } from './kinds/subset.node.ts';
import { text } from './kinds/text.node.ts';

/** All kinds of data sets. The first that recognises what the user gave opens it, so the least particular is last. */
export const datasetKinds: readonly DatasetKind[] = [
  generatedShapes,
  generatedTones,
  generatedSentences,
  cifar10,
  idx,
  audioFolder,
  text,
  imageFolder,
  subsetKind,
];
