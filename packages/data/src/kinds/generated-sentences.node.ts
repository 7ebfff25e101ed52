import { unknownNameError, UserError } from '@ssl/errors';

import type { DatasetSource } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { createGeneratedSentences, type GeneratedSentencesOptions } from '../generated-sentences.ts';

/** The source of generated sentences. */
export interface GeneratedSentencesSource extends DatasetSource, GeneratedSentencesOptions {
  readonly kind: 'generated-sentences';
}

const name = 'generated:sentences';
/** What may follow `generated:sentences?`. */
const parameters = ['length', 'seed'];

/**
 * Sentences made from a seed: `generated:sentences`, or with options as in
 * `generated:sentences?length=4000&seed=1` (number of sentences in the split that is opened, seed).
 */
export const generatedSentences: DatasetKind<GeneratedSentencesSource> = {
  kind: 'generated-sentences',
  accepts: name,

  recognize({ text }) {
    const [path, query = ''] = text.split('?', 2);
    if (path !== name) return undefined;
    const options = [...new URLSearchParams(query)].map(([key, value]) => {
      if (!parameters.includes(key)) throw unknownNameError(`option of ${name}`, key, parameters);
      return [key, numberOf(key, value)];
    });
    return { kind: 'generated-sentences', ...(Object.fromEntries(options) as GeneratedSentencesOptions) };
  },

  splits: () => Promise.resolve(['train', 'test']),

  // The source stays as it was given, so that the other split opened from it has its own default length.
  open: (source, { split }) =>
    Promise.resolve({ ...createGeneratedSentences({ ...source, split }), source: { ...source, split } }),
};

function numberOf(key: string, text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new UserError(`${name}: ${key} must be a whole number, got "${text}"`);
}
