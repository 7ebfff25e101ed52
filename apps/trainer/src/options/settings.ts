import { UserError } from '@ssl/errors';

/** Settings by name; a value may be settings again. */
export interface Settings {
  readonly [name: string]: unknown;
}

/** Whether a value is settings by name, rather than a number, text, list or nothing. */
export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays settings over others: what `over` names wins, lists are replaced whole. Where `over` changes the `name`
 * of nested settings (`optimizer: { name: adamw }` over one of SGD), those below are dropped: they are another
 * kind's.
 */
export function overlay(below: Settings, over: Settings): Settings {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(over)) {
    const under = merged[name];
    const sameKind =
      isSettings(under) &&
      isSettings(value) &&
      (value['name'] === undefined || value['name'] === under['name']);
    merged[name] = sameKind ? overlay(under, value) : value;
  }
  return merged;
}

/** The value at a path of names and list positions, or `undefined`. */
export function settingAt(settings: Settings, path: readonly string[]): unknown {
  let value: unknown = settings;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** Settings with one value at a path. */
export function nested(path: readonly string[], value: unknown): Settings {
  const [name = '', ...rest] = path;
  return { [name]: rest.length === 0 ? value : nested(rest, value) };
}

/**
 * Reads `key=value` as `--set` takes it. The value is JSON where it is valid JSON (`0.05`, `true`, `[10,20]`),
 * else a list of such where it has commas, else text.
 *
 * @throws UserError where there is no `=` or no key
 */
export function parseAssignment(text: string): { readonly path: readonly string[]; readonly value: unknown } {
  const sign = text.indexOf('=');
  const path = text.slice(0, Math.max(0, sign)).trim().split('.');
  if (sign < 1 || path.includes('')) {
    throw new UserError(`--set ${text}: expected key=value, for example --set optimizer.learningRate=0.05`);
  }
  return { path, value: parseValue(text.slice(sign + 1).trim()) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.includes(',') && !/^[[{"]/.test(text)
      ? text.split(',').map((part) => parseValue(part.trim()))
      : text;
  }
}
