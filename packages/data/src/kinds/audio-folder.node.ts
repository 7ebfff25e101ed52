import { basename, join } from 'node:path';

import type { AudioSample, SampleSpec } from '@ssl/augment';

import { withAudioCache } from '../audio/cached-audio.ts';
import { checkIndex, type DatasetSource, type Dataset, type SharedDataset } from '../dataset.ts';
import { sourceText, type DatasetKind } from '../dataset-kind.node.ts';
import { allocateFloatCache, type FloatCacheMemory } from '../float-cache.ts';
import { complainOfLeftOut, inspectFiles, noFilesError } from '../folder-files.node.ts';
import { findSplitFolders, listSplit } from '../folder-layout.node.ts';
import { decodeWavFile, inspectWavFile, type WavDescription } from '../wav-file.node.ts';

/** The source of a folder of recordings. */
export interface AudioFolderSource extends DatasetSource {
  readonly kind: 'audio-folder';
  /** The folder. */
  readonly path: string;
}

/** A folder of recordings as it travels to workers: its files were looked at before. */
interface SharedAudioFolder extends SharedDataset {
  readonly kind: 'audio-folder';
  readonly name: string;
  readonly source: DatasetSource;
  readonly folder: string;
  /** Relative to `folder`. */
  readonly paths: readonly string[];
  readonly samples: SampleSpec & { readonly sampleRate: number };
  readonly cache: FloatCacheMemory;
  readonly fingerprint: string;
}

const extensions = ['.wav'];
/** Compressed sound is recognised as well, to say that it is not read. */
const soundExtensions = [
  ...[...extensions, '.mp3', '.flac', '.ogg', '.oga', '.opus', '.m4a', '.aac', '.aif', '.aiff', '.wma'],
];
const nouns = { singular: 'recording', plural: 'recordings' };

/**
 * A folder of WAV files: flat, or one sub-folder a class, or `train/` and `test/` above those, as a folder of images.
 * All channels are averaged to one, and all files resampled to the rate that most of them have. A folder is one of
 * recordings if sound files are the most frequent in it.
 */
export const audioFolder: DatasetKind<AudioFolderSource> = {
  kind: 'audio-folder',
  accepts: `a folder of recordings (${extensions.join(', ')})`,

  recognize({ path, entry, extensions: counts }) {
    if (entry !== 'folder') return undefined;
    const [commonest] = [...counts].sort(([, a], [, b]) => b - a);
    return commonest && soundExtensions.includes(commonest[0]) ? { kind: 'audio-folder', path } : undefined;
  },

  async splits(source) {
    const { test } = await findSplitFolders(sourceText(source, 'path'));
    return test === undefined ? ['train'] : ['train', 'test'];
  },

  async open(source, context) {
    const root = sourceText(source, 'path');
    const { split } = context;
    const listed = await listSplit(root, split, extensions);
    const { folder, paths, classes } = listed;
    if (paths.length === 0) throw await noFilesError(listed, nouns.singular, extensions);
    complainOfLeftOut(listed, nouns, context);
    const { kept, found, digest } = await inspectFiles(
      folder,
      paths,
      { kind: 'audio-folder', plural: nouns.plural, inspect: inspectWavFile },
      context,
    );
    const sampleRate = commonestRate(found);
    const lengths = found.map((file) => Math.ceil((file.frames * sampleRate) / file.sampleRate));
    const [first = 0] = lengths;
    const isUniform = lengths.every((length) => length === first);
    return {
      ...attachAudioFolder({
        ...{
          kind: 'audio-folder',
          name: `${basename(root)} (${split})`,
          source: { ...source, split },
          folder,
        },
        paths: kept.map((index) => paths[index] as string),
        samples: {
          ...{ modality: 'audio', shape: [isUniform ? first : null], sampleRate },
          seconds: usualLength(lengths) / sampleRate,
        },
        cache: allocateFloatCache(lengths, context.cacheBytes),
        fingerprint: digest,
      }),
      ...(classes && {
        classNames: classes.names,
        labels: Int32Array.from(kept, (index) => classes.labels[index] as number),
      }),
    };
  },

  attach: (shared) => Promise.resolve(attachAudioFolder(shared as SharedAudioFolder)),
};

function attachAudioFolder(files: SharedAudioFolder): Dataset {
  const { name, source, folder, paths, samples, cache, fingerprint } = files;
  const { sampleRate } = samples;
  const dataset: Dataset = {
    ...{ name, source, length: paths.length, samples, fingerprint },
    async read(index): Promise<AudioSample> {
      checkIndex(`${name}: read`, index, paths.length);
      const data = await decodeWavFile(join(folder, paths[index] as string), sampleRate);
      return { modality: 'audio', sampleRate, data };
    },
    share: () => files,
    close: () => Promise.resolve(),
  };
  return withAudioCache(dataset, cache, sampleRate);
}

/** The rate of most files; of several, the highest. */
function commonestRate(files: readonly WavDescription[]): number {
  const counts = new Map<number, number>();
  for (const { sampleRate } of files) counts.set(sampleRate, (counts.get(sampleRate) ?? 0) + 1);
  const [commonest] = [...counts].sort(([rateA, a], [rateB, b]) => b - a || rateB - rateA);
  return commonest?.[0] ?? 0;
}

/** A length that nine recordings in ten do not exceed. */
function usualLength(lengths: readonly number[]): number {
  const sorted = lengths.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? 0;
}
