import { labelsOf, type InputBatch } from './input-batch.ts';

/** What one batch gave. */
export interface BatchRows {
  /** `[samples, dim]`. */
  readonly features: Float32Array;
  readonly dim: number;
  /** `[samples, classes]`. */
  readonly probabilities?: Float32Array;
}

/** What all batches gave, put together in their order. */
export interface CollectedRows {
  readonly features: Float32Array;
  readonly dim: number;
  /** Class of each row, −1 where unknown; absent where the batches had none. */
  readonly labels?: Int32Array;
  readonly probabilities?: Float32Array;
}

/**
 * Runs over batches one after another and puts their rows together.
 *
 * @throws RangeError if there is no batch, if rows differ in length, or if only some batches have labels or not
 * as many as samples
 */
export async function collectRows(
  caller: string,
  batches: AsyncIterable<InputBatch> | Iterable<InputBatch>,
  rowsOf: (batch: InputBatch) => Promise<BatchRows>,
): Promise<CollectedRows> {
  const parts: BatchRows[] = [];
  const labels: Int32Array[] = [];
  for await (const batch of batches) {
    const part = await rowsOf(batch);
    parts.push(part);
    const dim = parts[0]?.dim as number;
    if (part.dim !== dim) {
      throw new RangeError(
        `${caller}: all samples must have the same size, got ${part.dim} values in batch ${parts.length} and ${dim} before`,
      );
    }
    const own = labelsOf(batch);
    if (own) labels.push(own);
    const rows = part.features.length / dim;
    if (own && own.length !== rows) {
      throw new RangeError(
        `${caller}: expected a label for each of ${rows} samples of batch ${parts.length}, got ${own.length}`,
      );
    }
    if (labels.length > 0 && labels.length < parts.length) {
      throw new RangeError(
        `${caller}: either all batches have labels or none, batch ${parts.length} differs; use -1 where a label is unknown`,
      );
    }
  }
  const [first] = parts;
  if (first === undefined) throw new RangeError(`${caller}: expected at least one batch, got none`);
  return {
    features: join(
      parts.map(({ features }) => features),
      Float32Array,
    ),
    dim: first.dim,
    ...(labels.length > 0 && { labels: join(labels, Int32Array) }),
    ...(first.probabilities && {
      probabilities: join(
        parts.map(({ probabilities }) => probabilities as Float32Array),
        Float32Array,
      ),
    }),
  };
}

function join<A extends Float32Array | Int32Array>(
  parts: readonly A[],
  ArrayType: new (length: number) => A,
): A {
  const joined = new ArrayType(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
