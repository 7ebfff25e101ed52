import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isUserError, UserError } from '@ssl/errors';
import type { ModuleSource } from './module-source.ts';
import { registerModuleHooks, relativeImportsOf, resolveModule } from './register-hooks.node.ts';

/** A module of a user's own, and where it comes from. */
export interface UserModule {
  readonly exported: Readonly<Record<string, unknown>>;
  readonly source: ModuleSource;
}

/** What a module is asked for, to say in errors. */
export interface UserModuleRequest {
  /** The option that names it: `--method`. */
  readonly option: string;
  /** The error for a name that is no path and no package. */
  unknown(name: string): UserError;
}

/**
 * The module that an option names: a file (`./my-method.ts`, also `.js`), or a package that is installed where the
 * user stands.
 *
 * @throws UserError, one line, for a file that is missing or cannot be run, and as `request.unknown`
 */
export async function loadUserModule(name: string, request: UserModuleRequest): Promise<UserModule> {
  if (isPath(name)) {
    if (!existsSync(name)) throw new UserError(`${request.option} ${name}: there is no such file`);
    return importModule(name, pathToFileURL(resolve(name)).href);
  }
  let url: string;
  try {
    url = await resolveModule(name, pathToFileURL(process.cwd() + sep).href);
  } catch {
    throw request.unknown(name);
  }
  return importModule(name, url);
}

/**
 * A module that a run was begun with.
 *
 * @param what it is, for errors: `the run's method byol`
 * @param warn is told where the file, or one that it imports by a relative path, has changed since
 * @throws UserError if it is no longer there, or cannot be run
 */
export async function loadModuleOfRun(
  source: ModuleSource,
  what: string,
  warn: (line: string) => void,
): Promise<UserModule> {
  const place = [source.path, resolve(source.module)].find((path) => existsSync(path));
  if (place === undefined) {
    throw new UserError(`${what} was loaded from ${source.path}, which is no longer there; put it back`);
  }
  const loaded = await importModule(source.module, pathToFileURL(place).href);
  const changed = changedFiles(source, loaded.source);
  if (changed.length > 0) {
    const verb = changed.length === 1 ? 'has' : 'have';
    warn(
      `${changed.join(', ')} ${verb} changed since the run began: what was trained may not fit what it does now`,
    );
  }
  return loaded;
}

/** Files that are not what they were; those that were not recorded may be anything. */
function changedFiles(before: ModuleSource, now: ModuleSource): readonly string[] {
  const imported = Object.entries(before.imports ?? {})
    .filter(([path, sha256]) => now.imports?.[path] !== sha256)
    .map(([path]) => `${path} (imported by ${before.module})`);
  return [...(now.sha256 === before.sha256 ? [] : [before.module]), ...imported];
}

function isPath(name: string): boolean {
  return (
    name.startsWith('.') ||
    isAbsolute(name) ||
    (/\.[cm]?[jt]s$/.test(name) && (existsSync(name) || !name.startsWith('@')))
  );
}

async function importModule(module: string, url: string): Promise<UserModule> {
  registerModuleHooks();
  const path = fileURLToPath(url);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(url)) as typeof exported;
  } catch (error) {
    if (isUserError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`${module}: it cannot be loaded: ${message}`, { cause: error });
  }
  const imports = await hashImports(url);
  return { exported, source: { module, path, sha256: await hashFile(path), ...(imports && { imports }) } };
}

/** Hashes of the files that a module imports by relative paths, in order of the paths; `undefined` for none. */
async function hashImports(url: string): Promise<ModuleSource['imports']> {
  const [entry = url, ...imported] = (await relativeImportsOf(url)).map((each) => fileURLToPath(each));
  if (imported.length === 0) return undefined;
  const named = imported.map((path) => [relative(dirname(entry), path).split(sep).join('/'), path] as const);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    await Promise.all(named.map(async ([name, path]) => [name, await hashFile(path)] as const)),
  );
}

async function hashFile(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
