import type { ExamplePreviews } from '@ssl/train';

/** Rows of texts by which a method shows what it does: what `examples.json` holds of samples without pictures. */
export interface ExampleTexts {
  /** Names of the rows. */
  readonly rows: readonly string[];
  /** For each row its texts, one of each sample. */
  readonly texts: readonly (readonly string[])[];
}

/** The texts of examples, or nothing where some have none. */
export function describeExampleTexts(rows: readonly ExamplePreviews[]): ExampleTexts | undefined {
  const texts = rows.map(({ previews }) => previews.flatMap(({ text }) => text ?? []));
  const isWhole = texts.every((row, index) => row.length > 0 && row.length === rows[index]?.previews.length);
  return rows.length > 0 && isWhole ? { rows: rows.map(({ name }) => name), texts } : undefined;
}
