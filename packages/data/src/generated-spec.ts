import { unknownNameError, UserError } from '@ssl/errors';

/** What every name of a generated data set begins with. */
export const generatedPrefix = 'generated:';

/** The name in `generated:NAME?…`; `undefined` for texts that ask for something else. */
export function generatedNameIn(text: string): string | undefined {
  if (!text.startsWith(generatedPrefix)) return undefined;
  return text.slice(generatedPrefix.length).split('?', 1)[0] ?? '';
}

/**
 * The options in `generated:NAME?length=100&seed=1`, all of them whole numbers.
 *
 * @param name the set that is looked for
 * @param parameters what may follow the name, and the options that it sets
 * @returns `undefined` if `text` asks for another set
 * @throws UserError for an unknown parameter, or one that is no whole number
 */
export function parseGeneratedSpec<Option extends string>(
  text: string,
  name: string,
  parameters: Readonly<Record<string, Option>>,
): Partial<Record<Option, number>> | undefined {
  if (generatedNameIn(text) !== name) return undefined;
  const query = text.slice(generatedPrefix.length).split('?', 2)[1] ?? '';
  const options: Partial<Record<Option, number>> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const option = parameters[key];
    if (option === undefined) {
      throw unknownNameError(`option of ${generatedPrefix}${name}`, key, Object.keys(parameters));
    }
    if (!/^-?\d+$/.test(value)) {
      throw new UserError(`${generatedPrefix}${name}: ${key} must be a whole number, got "${value}"`);
    }
    options[option] = Number(value);
  }
  return options;
}
