import { readFile } from 'node:fs/promises';
import { UserError } from '@ssl/errors';
import { parseDocument } from 'yaml';

/**
 * Reads a config file: JSON where its name ends in `.json`, else YAML. Only the form is checked here, not the
 * keys.
 *
 * @throws UserError if it cannot be read, is no valid JSON or YAML (with line and column), or holds no mapping
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new UserError(`--config ${path}: ${reason}`);
  }
  const value = path.toLowerCase().endsWith('.json') ? parseJson(path, text) : parseYaml(path, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`--config ${path}: expected settings by name, such as "epochs: 20"`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = (error as SyntaxError).message;
    const position = /at position (\d+)/.exec(message)?.[1];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    throw new UserError(
      `--config ${path}: ${place}: invalid JSON: ${message.replace(/ in JSON at .*| at pos.*/, '')}`,
    );
  }
}

function parseYaml(path: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const fault = document.errors[0];
  if (fault === undefined) return document.toJS();
  const before = text.slice(0, fault.pos[0]).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  throw new UserError(`--config ${path}: ${place}: invalid YAML: ${fault.message}`);
}
