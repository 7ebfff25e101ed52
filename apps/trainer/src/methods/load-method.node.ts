import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isUserError, unknownNameError, UserError } from '@ssl/errors';
import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import { methodOfModule } from './check-definition.ts';
import type { MethodSource } from './method-source.ts';
import { registerModuleHooks, relativeImportsOf, resolveModule } from './register-hooks.node.ts';

/** A method, and where it comes from where that is not the library. */
export interface LoadedMethod {
  readonly method: AnyMethod;
  readonly source?: MethodSource;
}

/**
 * The method that `--method` names: one of the library, a file (`./my-method.ts`, also `.js`), or a package that is
 * installed where the user stands.
 *
 * @throws UserError, one line, for a name that is nothing of these, a file that is missing or cannot be run, and a
 * module that exports no method
 */
export async function loadMethod(name: string): Promise<LoadedMethod> {
  if (methodNames.includes(name)) return { method: getMethod(name) };
  const isFile = isPath(name);
  if (isFile && !existsSync(name)) throw new UserError(`--method ${name}: there is no such file`);
  const url = isFile ? pathToFileURL(resolve(name)).href : await resolvePackage(name);
  return loadModule(name, url);
}

/**
 * The method of a run that goes on or is looked at.
 *
 * @param name of the method
 * @param source where it came from when the run began; absent for the library's own
 * @param warn is told where the file, or one that it imports by a relative path, has changed since
 * @throws UserError as `loadMethod`
 */
export async function loadMethodOfRun(
  name: string,
  source: MethodSource | undefined,
  warn: (line: string) => void,
): Promise<LoadedMethod> {
  if (source === undefined) return { method: getMethod(name) };
  const place = [source.path, resolve(source.module)].find((path) => existsSync(path));
  if (place === undefined) {
    throw new UserError(
      `the run's method ${name} was loaded from ${source.path}, which is no longer there; put it back`,
    );
  }
  const loaded = await loadModule(source.module, pathToFileURL(place).href);
  if (loaded.method.name !== name) {
    throw new UserError(
      `${source.module}: the run was trained by ${name}, the file now has ${loaded.method.name}`,
    );
  }
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
function changedFiles(before: MethodSource, now: MethodSource | undefined): readonly string[] {
  const imported = Object.entries(before.imports ?? {})
    .filter(([path, sha256]) => now?.imports?.[path] !== sha256)
    .map(([path]) => `${path} (imported by ${before.module})`);
  return [...(now?.sha256 === before.sha256 ? [] : [before.module]), ...imported];
}

function isPath(name: string): boolean {
  return (
    name.startsWith('.') ||
    isAbsolute(name) ||
    (/\.[cm]?[jt]s$/.test(name) && (existsSync(name) || !name.startsWith('@')))
  );
}

async function resolvePackage(name: string): Promise<string> {
  try {
    return await resolveModule(name, pathToFileURL(process.cwd() + sep).href);
  } catch {
    const { message } = unknownNameError('method', name, methodNames);
    throw new UserError(
      `${message}; a method of your own is named by its file, ./my-method.ts, or its package`,
    );
  }
}

async function loadModule(module: string, url: string): Promise<LoadedMethod> {
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
  const method = methodOfModule(exported, module);
  const imports = await hashImports(url);
  return {
    method,
    source: { module, path, sha256: await hashFile(path), ...(imports && { imports }) },
  };
}

/** Hashes of the files that a module imports by relative paths, in order of the paths; `undefined` for none. */
async function hashImports(url: string): Promise<MethodSource['imports']> {
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
