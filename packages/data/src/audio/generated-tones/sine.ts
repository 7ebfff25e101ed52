/**
 * The sine of an angle in turns, within 4e-6. It uses no operation that JavaScript engines round differently, as
 * they do `Math.sin`.
 */
export function sineOfTurns(turns: number): number {
  const rest = turns - Math.floor(turns + 0.5);
  const folded = Math.abs(rest) <= 0.25 ? rest : (rest > 0 ? 0.5 : -0.5) - rest;
  const x = folded * 6.283185307179586;
  const square = x * x;
  // The Taylor series up to x⁹.
  return x * (1 - (square / 6) * (1 - (square / 20) * (1 - (square / 42) * (1 - square / 72))));
}
