import { UserError } from '@ssl/errors';

/** Settings with one value at a path: `nested(['a', 'b'], 1)` is `{ a: { b: 1 } }`. */
export function nested(path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  const [name = '', ...rest] = path;
  return { [name]: rest.length === 0 ? value : nested(rest, value) };
}

/** One `--set key=value`. */
export interface Assignment {
  /** As the user wrote it, `optimizer.learningRate=0.05`, for errors. */
  readonly text: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Reads `key=value` as `--set` takes it. The value is JSON where it is valid JSON (`0.05`, `true`, `[10,20]`),
 * else a list of such where it has commas, else text.
 *
 * @throws UserError where there is no `=` or no key
 */
export function parseAssignment(text: string): Assignment {
  const sign = text.indexOf('=');
  const path = text.slice(0, Math.max(0, sign)).trim().split('.');
  if (sign < 1 || path.includes('')) {
    throw new UserError(`--set ${text}: expected key=value, for example --set optimizer.learningRate=0.05`);
  }
  return { text, path, value: parseValue(text.slice(sign + 1).trim()) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const isList = text.includes(',') && !/^[[{"]/.test(text);
    return isList ? text.split(',').map((part) => parseValue(part.trim())) : text;
  }
}
