import { unknownNameError, UserError } from '@ssl/errors';
import { getMethod, methodNames, type AnyMethod } from '@ssl/losses';
import { methodOfModule } from './check-definition.ts';
import { loadModuleOfRun, loadUserModule } from './load-user-module.node.ts';
import type { ModuleSource } from './module-source.ts';

/** A method, and where it comes from where that is not the library. */
export interface LoadedMethod {
  readonly method: AnyMethod;
  readonly source?: ModuleSource;
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
  const { exported, source } = await loadUserModule(name, { option: '--method', unknown: unknownMethod });
  return { method: methodOfModule(exported, source.module), source };
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
  source: ModuleSource | undefined,
  warn: (line: string) => void,
): Promise<LoadedMethod> {
  if (source === undefined) return { method: getMethod(name) };
  const loaded = await loadModuleOfRun(source, `the run's method ${name}`, warn);
  const method = methodOfModule(loaded.exported, source.module);
  if (method.name !== name) {
    throw new UserError(`${source.module}: the run was trained by ${name}, the file now has ${method.name}`);
  }
  return { method, source: loaded.source };
}

function unknownMethod(name: string): UserError {
  const { message } = unknownNameError('method', name, methodNames);
  return new UserError(
    `${message}; a method of your own is named by its file, ./my-method.ts, or its package`,
  );
}
