import { z } from 'zod';

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
  const merged: Record<string, JsonSchema> = {};
  for (const properties of [...alternativesOf(schema).map(propertiesOf), schema.properties ?? {}]) {
    for (const [key, property] of Object.entries(properties)) merged[key] = joined(merged[key], property);
  }
  return merged;
}

/** A property that several alternatives have: where it tells them apart (`name`), all of its values. */
function joined(before: JsonSchema | undefined, property: JsonSchema): JsonSchema {
  const values = [before, property].flatMap(
    (one) => one?.enum ?? (one?.const === undefined ? [] : [one.const]),
  );
  if (before === undefined || values.length < 2) return property;
  return { enum: [...new Set(values)], ...(property.default !== undefined && { default: property.default }) };
}

/** Whether a setting is an object of settings in all of its alternatives, so that these are listed in its place. */
function isNested(schema: JsonSchema): boolean {
  const alternatives = alternativesOf(schema);
  return alternatives.length === 0 ? schema.properties !== undefined : alternatives.every(isNested);
}

function describeProperties(
  schema: JsonSchema,
  prefix: string,
  defaults: unknown,
): readonly SettingDescription[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, property]) => {
    const name = `${prefix}${key}`;
    const initial = isRecord(defaults) ? defaults[key] : property.default;
    if (isNested(property)) {
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
