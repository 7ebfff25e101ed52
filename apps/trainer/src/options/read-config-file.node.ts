import { readFile } from 'node:fs/promises';
import { UserError } from '@ssl/errors';
import { parse as parseWithFaults, type ParseError } from 'jsonc-parser';
import { parseDocument } from 'yaml';

/**
 * Reads a config file: JSON where its name ends in `.json`, else YAML. Only the form is checked here, not the
 * keys.
 *
 * @param option that names the file, for errors
 * @throws UserError if it cannot be read, is no valid JSON or YAML (with line and column), or holds no mapping
 */
export async function readConfigFile(
  path: string,
  option = '--config',
): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new UserError(`${option} ${path}: ${reason}`);
  }
  const value = path.toLowerCase().endsWith('.json')
    ? parseJson(path, text, option)
    : parseYaml(path, text, option);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${option} ${path}: expected settings by name, such as "epochs: 20"`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function parseJson(path: string, text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Engines' own messages do not always tell the place.
    const faults: ParseError[] = [];
    parseWithFaults(text, faults, { disallowComments: true });
    const at = faults[0]?.offset ?? 0;
    const problem = at >= text.trimEnd().length ? 'the file ends too soon' : `unexpected "${text[at]}"`;
    throw new UserError(`${option} ${path}: ${placeOf(text, at)}: invalid JSON: ${problem}`);
  }
}

function parseYaml(path: string, text: string, option: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const fault = document.errors[0];
  if (fault === undefined) return document.toJS();
  throw new UserError(`${option} ${path}: ${placeOf(text, fault.pos[0])}: invalid YAML: ${fault.message}`);
}

function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
