/**
 * Divides each row by its Euclidean length, in place; a zero row stays zero.
 *
 * @param values `[rows, dim]`, row-major
 * @returns `values`
 */
export function unitRows<A extends Float32Array | Float64Array>(values: A, dim: number): A {
  for (let start = 0; start < values.length; start += dim) {
    let squares = 0;
    for (let at = start; at < start + dim; at++) squares += (values[at] as number) ** 2;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = start; at < start + dim; at++) values[at]! *= factor;
  }
  return values;
}
