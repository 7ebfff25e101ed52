import { UserError } from '@ssl/errors';
import { z } from 'zod';
import type { SampleSpec } from '../sample.ts';
import { byteVocabulary } from './byte-vocabulary.ts';

/** The ids of a data set of tokens, and of a network that takes them: ordinary ones first, then special ones. */
export interface TokenVocabulary {
  /** Number of all ids, which go from 0 to `vocabulary − 1`. */
  readonly vocabulary: number;
  /** Number of ids that samples consist of: those from 0 to `ordinaryTokens − 1`. */
  readonly ordinaryTokens: number;
  /** Id that fills a sequence up to its length. */
  readonly paddingId: number;
  /** Id that stands for a hidden token. */
  readonly maskId: number;
  /** How ids below 256 become text; absent where they are no bytes of a text. */
  readonly encoding?: 'utf-8' | undefined;
}

const id = z.int().min(0);

const vocabularySchema: z.ZodType<TokenVocabulary> = z.object({
  vocabulary: z.int().min(1),
  ordinaryTokens: z.int().min(1),
  paddingId: id,
  maskId: id,
  encoding: z.literal('utf-8').optional(),
});

/** Every view asks for it. */
const vocabularies = new WeakMap<object, TokenVocabulary>();

/**
 * The vocabulary that a sample or input spec names by its properties.
 *
 * @throws UserError if one of them is missing or no id
 */
export function vocabularyOf(spec: Readonly<Record<string, unknown>>): TokenVocabulary {
  const known = vocabularies.get(spec);
  if (known !== undefined) return known;
  const parsed = vocabularySchema.safeParse(spec);
  if (parsed.success) {
    vocabularies.set(spec, parsed.data);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw new UserError(
    `samples of tokens must say what their ids mean: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/**
 * What the samples of a data set of texts have in common: their bytes are the tokens (`byteVocabulary`).
 *
 * @param typicalLength bytes that nine of ten texts do not exceed
 */
export function byteTextSpec(typicalLength: number): SampleSpec {
  const { size: vocabulary, ordinaryTokens, paddingId, maskId } = byteVocabulary;
  return {
    ...{ modality: 'tokens', shape: [null], encoding: 'utf-8' },
    ...{ vocabulary, ordinaryTokens, paddingId, maskId, typicalLength },
  };
}
