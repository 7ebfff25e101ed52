import { register } from 'node:module';
import {
  importsScheme,
  resolveScheme,
  type HookSettings,
  type ResolveQuestion,
} from './module-hooks.node.ts';

let registered = false;

/** Lets this process import TypeScript, and gives what it imports the command's own packages. Once is enough. */
export function registerModuleHooks(): void {
  if (registered) return;
  registered = true;
  const data: HookSettings = { host: import.meta.url };
  register(new URL('./module-hooks.node.js', import.meta.url), { data });
}

/**
 * The address of a module's file, without running it.
 *
 * @param specifier an address, or a package's name
 * @param parent address of the folder (with a slash at its end) or file that asks
 * @throws Error, as Node words it, if there is none
 */
export async function resolveModule(specifier: string, parent: string): Promise<string> {
  registerModuleHooks();
  const question: ResolveQuestion = { specifier, parent };
  const answer = (await import(resolveScheme + encodeURIComponent(JSON.stringify(question)))) as {
    readonly url: string;
  };
  return answer.url;
}

/** The addresses of a module that was imported, and of all that it reaches by imports of relative paths. */
export async function relativeImportsOf(url: string): Promise<readonly string[]> {
  registerModuleHooks();
  const answer = (await import(importsScheme + encodeURIComponent(url))) as {
    readonly urls: readonly string[];
  };
  return answer.urls;
}
