import type { DatasetSource } from '../dataset.ts';
import type { DatasetKind } from '../dataset-kind.node.ts';
import { createGeneratedSentences, type GeneratedSentencesOptions } from '../generated-sentences.ts';
import { parseGeneratedSpec } from '../generated-spec.ts';

/** The source of generated sentences. */
export interface GeneratedSentencesSource extends DatasetSource, GeneratedSentencesOptions {
  readonly kind: 'generated-sentences';
}

/** What may follow `generated:sentences?`, and the option that it sets. */
const parameters = { length: 'length', seed: 'seed' } as const;

/**
 * Sentences made from a seed: `generated:sentences`, or with options as in
 * `generated:sentences?length=4000&seed=1` (number of sentences in the split that is opened, seed).
 */
export const generatedSentences: DatasetKind<GeneratedSentencesSource> = {
  kind: 'generated-sentences',
  accepts: 'generated:sentences',
  generates: 'sentences',

  recognize({ text }) {
    const options = parseGeneratedSpec(text, 'sentences', parameters);
    return options && { kind: 'generated-sentences', ...options };
  },

  splits: () => Promise.resolve(['train', 'test']),

  // async so that a wrong option rejects. The source stays as it was given, so that the other split opened from it has
  // its own default length.
  open: async (source, { split }) => ({
    ...createGeneratedSentences({ ...source, split }),
    source: { ...source, split },
  }),
};
