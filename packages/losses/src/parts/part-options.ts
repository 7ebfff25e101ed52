import { isUserError, unknownNameError } from '@ssl/errors';
import type { AnyMethod } from '../method.ts';

/** Options that name methods, and hold options and weights of each. */
type Options<Names extends string, Nested extends string, Weights extends string> = Readonly<
  Record<Names, readonly string[]> &
    Record<Nested, Readonly<Record<string, unknown>>> &
    Record<Weights, Readonly<Record<string, number>>>
>;

/** How options name the parts of a method. */
export interface PartOptionsContext<Names extends string, Nested extends string, Weights extends string> {
  /** Option that lists the methods, e.g. `pretext`. */
  readonly namesKey: Names;
  /** Option that holds their options, by name. */
  readonly optionsKey: Nested;
  /** Option that holds their weights, by name. */
  readonly weightsKey: Weights;
  /** Throws a UserError for a name that it does not know, or a method that cannot be a part. */
  methodByName(name: string): AnyMethod;
  /** Told everything that does not fit, with its place in the options. */
  fail(path: readonly (string | number)[], message: string): void;
}

/**
 * Checks the options and weights of a method's parts and fills in their defaults: for the `transform` of the outer
 * method's schema. Completing twice changes nothing.
 */
export function completePartOptions<
  Names extends string,
  Nested extends string,
  Weights extends string,
  Given extends Options<Names, Nested, Weights>,
>(given: Given, context: PartOptionsContext<Names, Nested, Weights>): Given {
  const { namesKey, optionsKey, weightsKey, methodByName, fail } = context;
  const names = given[namesKey];
  const options: Record<string, unknown> = {};
  const weights: Record<string, number> = {};
  for (const [place, name] of names.entries()) {
    if (names.indexOf(name) < place) fail([namesKey], `${name} is named twice`);
    try {
      options[name] = parseOptions(methodByName(name), given[optionsKey][name] ?? {}, (path, message) =>
        fail([optionsKey, name, ...path], message),
      );
      weights[name] = given[weightsKey][name] ?? 1;
    } catch (error) {
      if (!isUserError(error)) throw error;
      fail([namesKey], error.message);
    }
  }
  for (const key of [optionsKey, weightsKey]) {
    const stray = Object.keys(given[key]).find((name) => !names.includes(name));
    if (stray !== undefined)
      fail([key, stray], `${stray} is not among ${namesKey}, which has ${names.join(', ')}`);
  }
  return { ...given, [optionsKey]: options, [weightsKey]: weights };
}

function parseOptions(
  { name, options: schema }: AnyMethod,
  given: unknown,
  fail: (path: readonly (string | number)[], message: string) => void,
): unknown {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(schema.parse({}) as object);
      for (const key of issue.keys) fail([key], unknownNameError(`option of ${name}`, key, known).message);
    } else {
      fail(
        issue.path.map((key) => (typeof key === 'number' ? key : String(key))),
        issue.message,
      );
    }
  }
  return {};
}
