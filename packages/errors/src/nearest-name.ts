import { closest, distance } from 'fastest-levenshtein';
import { UserError } from './user-error.ts';

/**
 * The candidate that `name` was most likely meant to be.
 *
 * @returns the closest candidate by edit distance, or `undefined` where none is close (more than a third of
 * the longer name, and at least two edits, differ).
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(name.toLowerCase(), candidates);
  const allowed = Math.max(2, Math.floor(Math.max(name.length, best.length) / 3));
  return distance(name.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined;
}

/**
 * The error for a name that is none of the valid ones, the same sentence everywhere:
 * `unknown backbone "resnet-tine": did you mean "resnet-tiny"? (valid: resnet-tiny, resnet18)`.
 *
 * @param kind what the name was to name, e.g. `backbone`
 */
export function unknownNameError(kind: string, name: string, candidates: readonly string[]): UserError {
  const nearest = nearestName(name, candidates);
  const hint = nearest === undefined ? '' : `: did you mean "${nearest}"?`;
  return new UserError(`unknown ${kind} "${name}"${hint} (valid: ${candidates.join(', ')})`);
}
