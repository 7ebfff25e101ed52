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

/**
 * `--image-size`: one side, or height and width.
 *
 * @throws UserError for anything else
 */
export function imageSize(text: string): number | readonly [number, number] {
  const [, height, width] = /^(\d{1,5})(?:[x×](\d{1,5}))?$/.exec(text) ?? [];
  if (height === undefined || Number(height) < 1 || Number(width ?? 1) < 1) {
    throw new UserError(
      `--image-size: expected pixels such as 32, or height and width such as 48x80, got "${text}"`,
    );
  }
  return width === undefined ? Number(height) : [Number(height), Number(width)];
}
