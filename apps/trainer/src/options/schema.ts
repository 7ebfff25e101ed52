import { unknownNameError, UserError } from '@ssl/errors';
import { z } from 'zod';
import { isSettings, settingAt, type Settings } from './settings.ts';

/** What a setting is, for people. */
export interface SettingDescription {
  /** Dotted: `optimizer.learningRate`. */
  readonly name: string;
  /** `number`, `whole number`, `text`, `yes/no`, `list of whole number`, `sgd | adamw`. */
  readonly type: string;
  /** As JSON; empty where there is none. */
  readonly default: string;
  /** `≥ 1`, `0 … 1`; empty where there is none. */
  readonly range: string;
  readonly description: string;
}

/** The part of JSON Schema that these functions read. */
interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The settings that a schema knows, those of nested settings by their dotted names, in the schema's order. */
export function describeSettings(schema: z.ZodType): readonly SettingDescription[] {
  return describeProperties(toJsonSchema(schema), '', undefined);
}

/**
 * Checks the names of settings against a schema, nested ones too.
 *
 * @param where said first in the error: `--config run.yaml`
 * @throws UserError for a name the schema does not know, with the nearest valid one and all of them
 */
export function checkNames(schema: z.ZodType, settings: Settings, where: string): void {
  checkNamesIn(toJsonSchema(schema), settings, where, '');
}

/**
 * Checks settings against a schema and fills in its defaults.
 *
 * @param whereIs says where the user set a path (`--epochs`), to begin the error with
 * @throws UserError, one line, for the first setting that does not fit
 */
export function checkValues<T>(
  schema: z.ZodType<T>,
  settings: Settings,
  whereIs: (path: readonly string[]) => string,
): T {
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    throw unknownNameError(
      `setting in ${whereIs([...path, key])}:`,
      [...path, key].join('.'),
      allowedNames(toJsonSchema(schema), path).map((name) => [...path, name].join('.')),
    );
  }
  const got = settingAt(settings, path);
  const text = issue.message.replace(/^(Invalid (input|option)|Too small|Too big): /, '');
  const suffix = got === undefined ? '' : `, got ${JSON.stringify(got)}`;
  throw new UserError(`${whereIs(path)}: ${text.replace(/, received .*$/, '')}${suffix}`);
}

/** Whether a schema has a setting of this name on its first level. */
export function hasSetting(schema: z.ZodType, name: string): boolean {
  return propertiesOf(toJsonSchema(schema))[name] !== undefined;
}

/** The names on a schema's first level. */
export function settingNames(schema: z.ZodType): readonly string[] {
  return Object.keys(propertiesOf(toJsonSchema(schema)));
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [];
}

/** Properties of an object, or of all alternatives that are objects. */
function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const nested = alternativesOf(schema).map(propertiesOf);
  return Object.assign({}, ...nested, schema.properties) as Record<string, JsonSchema>;
}

function allowedNames(schema: JsonSchema, path: readonly string[]): string[] {
  let at: JsonSchema | undefined = schema;
  for (const name of path) at = at === undefined ? undefined : propertiesOf(at)[name];
  return at === undefined ? [] : Object.keys(propertiesOf(at));
}

function checkNamesIn(schema: JsonSchema, settings: Settings, where: string, prefix: string): void {
  const properties = propertiesOf(schema);
  const names = Object.keys(properties);
  if (names.length === 0) return;
  for (const [name, value] of Object.entries(settings)) {
    const property = properties[name];
    if (property === undefined) {
      const error = unknownNameError(
        'setting',
        `${prefix}${name}`,
        names.map((known) => `${prefix}${known}`),
      );
      throw new UserError(`${where}: ${error.message}`);
    }
    if (isSettings(value)) checkNamesIn(property, value, where, `${prefix}${name}.`);
  }
}

function describeProperties(
  schema: JsonSchema,
  prefix: string,
  defaults: unknown,
): readonly SettingDescription[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, property]) => {
    const name = `${prefix}${key}`;
    const initial = isSettings(defaults) ? defaults[key] : property.default;
    if (Object.keys(propertiesOf(property)).length > 0) {
      return describeProperties(property, `${name}.`, initial ?? property.default);
    }
    const description: SettingDescription = {
      name,
      type: describeType(property),
      default: initial === undefined ? '' : JSON.stringify(initial),
      range: describeRange(property),
      description: property.description ?? '',
    };
    return [description];
  });
}

function describeType(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map(describeType))].join(' or ');
  switch (schema.type) {
    case 'integer':
      return 'whole number';
    case 'string':
      return 'text';
    case 'boolean':
      return 'true | false';
    case 'array':
      return schema.prefixItems !== undefined
        ? `[${schema.prefixItems.map(describeType).join(', ')}]`
        : `list of ${describeType(schema.items ?? {})}`;
    default:
      return schema.type ?? 'anything';
  }
}

function describeRange(schema: JsonSchema): string {
  const ranged = schema.items ?? schema.prefixItems?.[0] ?? schema;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = ranged;
  // Zod bounds every whole number by what a double holds exactly; that says nothing.
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `≥ ${minimum}` : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `≤ ${maximum}` : undefined;
  return [
    exclusiveMinimum === undefined ? low : `> ${exclusiveMinimum}`,
    exclusiveMaximum === undefined ? high : `< ${exclusiveMaximum}`,
  ]
    .filter((bound) => bound !== undefined)
    .join(', ');
}
