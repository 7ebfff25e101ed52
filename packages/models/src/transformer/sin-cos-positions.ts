/**
 * Fixed position embeddings of a grid of patches, as MAE's (facebookresearch/mae@efb2a80, `util/pos_embed.py`): the
 * first half of `dim` holds sines, then cosines, of the column times falling frequencies, the second half those of
 * the row. The frequencies are 10000^(−i / (dim / 4)) for i from 0 to dim / 4 − 1.
 *
 * @param dim a multiple of 4
 * @param options.classToken whether a row of zeros for a class token comes first; default false
 * @returns row-major `[(classToken ? 1 : 0) + gridHeight · gridWidth, dim]`, patches row by row
 * @throws Error if `dim` is no multiple of 4
 */
export function sinCosPositions2d(
  dim: number,
  gridHeight: number,
  gridWidth: number,
  { classToken = false }: { readonly classToken?: boolean } = {},
): Float32Array {
  if (!Number.isInteger(dim) || dim < 4 || dim % 4 !== 0) {
    throw new Error(`sinCosPositions2d: dim must be a multiple of 4, got ${dim}`);
  }
  const frequencies = Float64Array.from({ length: dim / 4 }, (_, i) => 10000 ** (-i / (dim / 4)));
  const values: number[] = classToken ? new Array<number>(dim).fill(0) : [];
  for (let row = 0; row < gridHeight; row++) {
    for (let column = 0; column < gridWidth; column++) {
      for (const position of [column, row]) {
        for (const wave of [Math.sin, Math.cos]) {
          for (const frequency of frequencies) values.push(wave(position * frequency));
        }
      }
    }
  }
  return Float32Array.from(values);
}
