import { UserError } from '@ssl/errors';
import type { AnyMethod } from '@ssl/losses';
import type { z } from 'zod';

const functions = ['views', 'init', 'forward', 'objective'] as const;
const optionalFunctions = [
  ...([
    'streams',
    'beforeStep',
    'afterStep',
    'metrics',
    'parameterGroups',
    'predict',
    'heads',
    'examples',
    'augmentationStrengthFor',
  ] as const),
];

/**
 * The method that a module exports: as `method`, as its default, or as the only export that looks like one.
 *
 * @param origin what the module is called in errors
 * @returns the method, with its origin
 * @throws UserError, one line, for the first thing that is missing or of the wrong kind
 */
export function methodOfModule(exported: Readonly<Record<string, unknown>>, origin: string): AnyMethod {
  const likely = Object.values(exported).filter((value) => isRecord(value) && 'objective' in value);
  const found = exported['method'] ?? exported['default'] ?? (likely.length === 1 ? likely[0] : undefined);
  if (!isRecord(found)) {
    const names = Object.keys(exported);
    throw new UserError(
      `${origin}: exports no method: expected "export const method = { name, description, options, views, init, forward, objective }", ` +
        `got ${names.length === 0 ? 'nothing' : names.join(', ')}; "ssl methods new NAME" writes one to start from`,
    );
  }
  checkDefinition(found, origin);
  return { ...(found as unknown as AnyMethod), origin };
}

function checkDefinition(method: Readonly<Record<string, unknown>>, origin: string): void {
  const fail = (part: string, expected: string): never => {
    throw new UserError(`${origin}: ${part}: expected ${expected}, got ${describe(method[part])}`);
  };
  const { name, description, options, presets } = method;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    fail('name', 'a text in kebab-case, such as "my-method"');
  }
  if (typeof description !== 'string') fail('description', 'a text');
  for (const part of functions) if (typeof method[part] !== 'function') fail(part, 'a function');
  for (const part of optionalFunctions) {
    if (method[part] !== undefined && typeof method[part] !== 'function') fail(part, 'a function or nothing');
  }
  if (!isSchema(options)) fail('options', 'a schema of zod, such as z.strictObject({})');
  const defaults = (options as z.ZodType).safeParse({});
  if (!defaults.success) {
    const [issue] = defaults.error.issues;
    throw new UserError(
      `${origin}: options: every option needs a valid default: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  if (presets !== undefined && !isRecord(presets)) fail('presets', 'presets by name');
}

function isSchema(value: unknown): boolean {
  return isRecord(value) && '_zod' in value && typeof value['safeParse'] === 'function';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
