import { UserError } from '@ssl/errors';

/**
 * A parser for an option that takes a whole number, for commander.
 *
 * @param flag how the user wrote it, e.g. `--epochs`
 * @param least smallest valid value
 * @returns a function that throws UserError for anything but a whole number ≥ `least`
 */
export function wholeNumber(flag: string, least: number): (text: string) => number {
  return (text) => {
    const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UserError(`${flag}: expected a whole number of at least ${least}, got "${text}"`);
    }
    return value;
  };
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Splits a list such as `knn,linear`; empty entries are dropped. */
export function commaSeparated(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
