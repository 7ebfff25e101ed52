import { unknownNameError, UserError } from '@ssl/errors';
import { z } from 'zod';
import { isSettings, settingAt, type Settings } from './settings.ts';

/** The part of JSON Schema that is read here. */
interface JsonSchema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

type Properties = Readonly<Record<string, JsonSchema>>;

/**
 * Checks settings against a schema and fills in its defaults.
 *
 * @param where says where a path of settings came from (`config file run.json`), to begin the error with
 * @param prefix put before the names of settings in errors, e.g. `methodOptions`
 * @throws UserError, one line, for the first setting that does not fit: an unknown name with the nearest valid one
 * and all of them, a value with what was expected
 */
export function checkSettings<T>(
  schema: z.ZodType<T>,
  settings: Settings,
  where: (path: readonly string[]) => string,
  prefix: readonly string[] = [],
): T {
  const result = schema.safeParse(settings);
  if (!result.success) {
    const issue = result.error.issues[0] as z.core.$ZodIssue;
    const located = { schema, settings, path: issue.path.map(String), prefix };
    throw describeIssue(issue, located, where);
  }
  // A schema that is not strict drops unknown names, and what was meant by them would be lost in silence.
  const dropped = Object.keys(settings).find((key) => isSettings(result.data) && !(key in result.data));
  if (dropped !== undefined && settings[dropped] !== undefined) {
    throw unknownSetting(dropped, { schema, settings, path: [], prefix }, where);
  }
  return result.data;
}

interface Located {
  readonly schema: z.ZodType;
  readonly settings: Settings;
  /** Of the settings that the issue is about. */
  readonly path: readonly string[];
  readonly prefix: readonly string[];
}

function describeIssue(
  issue: z.core.$ZodIssue,
  located: Located,
  where: (path: readonly string[]) => string,
): UserError {
  const { settings, path, prefix, schema } = located;
  if (issue.code === 'unrecognized_keys') return unknownSetting(issue.keys[0] ?? '', located, where);
  const full = [...prefix, ...path];
  const got = settingAt(settings, path);
  const choices = namesAt(schema, settings, path);
  if (typeof got === 'string' && choices.length > 0) {
    const error = unknownNameError(full.join('.').replace(/\.name$/, ''), got, choices);
    return new UserError(`${where(full)}: ${error.message}`);
  }
  const text = issue.message.replace(/^(Invalid (input|option)|Too small|Too big): /, '');
  const suffix = got === undefined ? '' : `, got ${JSON.stringify(got)}`;
  return new UserError(`${where(full)}: ${full.join('.')}: ${text.replace(/, received .*$/, '')}${suffix}`);
}

function unknownSetting(
  key: string,
  { schema, settings, path, prefix }: Located,
  where: (path: readonly string[]) => string,
): UserError {
  const below = [...prefix, ...path];
  const valid = Object.keys(propertiesAt(toJsonSchema(schema), settings, path));
  const kind = below.length === 0 ? 'setting' : `setting of ${below.join('.')}`;
  return new UserError(`${where([...below, key])}: ${unknownNameError(kind, key, valid).message}`);
}

/** The properties of the settings at a path; of a union, those of the alternative that has the settings' name. */
function propertiesAt(schema: JsonSchema, settings: unknown, path: readonly string[]): Properties {
  const name = isSettings(settings) ? settings['name'] : undefined;
  const kinds = alternativesOf(schema);
  const properties = kinds.find((kind) => kind['name']?.const === name) ?? kinds[0] ?? {};
  const [first, ...rest] = path;
  if (first === undefined) return properties;
  return propertiesAt(properties[first] ?? {}, isSettings(settings) ? settings[first] : undefined, rest);
}

/** The valid values of a setting that is one of several names; empty for any other. */
function namesAt(schema: z.ZodType, settings: Settings, path: readonly string[]): readonly string[] {
  const above = path.slice(0, -2);
  const [parent, key] = path.length > 1 ? path.slice(-2) : [undefined, path[0]];
  const json = toJsonSchema(schema);
  const kinds = alternativesOf(parent === undefined ? json : propertiesAt(json, settings, above)[parent]);
  const values = kinds.flatMap((kind) => {
    const property = kind[key ?? ''];
    return property?.enum ?? [property?.const];
  });
  return [...new Set(values)].filter((value) => typeof value === 'string');
}

/** The properties of settings, or of each kind of settings where there are several. */
function alternativesOf(schema: JsonSchema | undefined): readonly Properties[] {
  const kinds = schema?.anyOf ?? schema?.oneOf ?? (schema === undefined ? [] : [schema]);
  return kinds.map(({ properties }) => properties ?? {});
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}
