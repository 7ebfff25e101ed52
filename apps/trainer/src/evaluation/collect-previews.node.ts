import { getModality, type Preview } from '@ssl/augment';
import type { Dataset } from '@ssl/data';

/** What a report shows of samples besides pictures, as `previews.json`; keys are rows of the embeddings. */
export interface StoredPreviews {
  /** Samples as text, shortened. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Samples as sound, `data:` addresses; of those that are shown one by one. */
  readonly sounds?: Readonly<Record<string, string>>;
}

/** Characters of a text at most. */
const mostCharacters = 240;
/** Bytes of all sounds of a report, as base64. */
const mostSoundBytes = 6 * 2 ** 20;

/**
 * Collects texts and sounds of evaluated samples, where their modality has such previews.
 *
 * @param indices places in the data set of the samples, by row
 * @param shown rows that are shown one by one, the most important first: sounds are kept of those, as far as 6 MiB reach
 * @returns nothing for samples that are pictures only
 */
export async function collectPreviews(
  dataset: Dataset,
  indices: Int32Array,
  shown: readonly number[],
): Promise<StoredPreviews | undefined> {
  const preview = async (row: number): Promise<Preview> => {
    const sample = await dataset.read(indices[row] as number);
    return getModality(sample.modality).preview(sample);
  };
  if (indices.length === 0) return undefined;
  const first = await preview(0);
  if (first.text === undefined && first.sound === undefined) return undefined;

  const texts: Record<string, string> = {};
  const sounds: Record<string, string> = {};
  let bytes = 0;
  const rows = first.text === undefined ? shown : [...shown, ...indices.keys()];
  for (const row of new Set(rows)) {
    const { text, sound } = await preview(row);
    if (text !== undefined) texts[row] = shortened(text);
    if (sound === undefined || !shown.includes(row)) continue;
    const address = `data:${sound.mimeType};base64,${Buffer.from(sound.bytes).toString('base64')}`;
    bytes += address.length;
    if (bytes > mostSoundBytes) break;
    sounds[row] = address;
  }
  return {
    ...(Object.keys(texts).length > 0 && { texts }),
    ...(Object.keys(sounds).length > 0 && { sounds }),
  };
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= mostCharacters ? text : `${characters.slice(0, mostCharacters).join('')}…`;
}
