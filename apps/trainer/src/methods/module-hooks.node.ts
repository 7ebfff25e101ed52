import { readFile } from 'node:fs/promises';
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform, type Message } from 'esbuild';

/** Asks where a module is, without running it: `ssl-resolve:` and a `ResolveQuestion` as JSON, percent-encoded. */
export const resolveScheme = 'ssl-resolve:';

/** What module, as seen from where. */
export interface ResolveQuestion {
  readonly specifier: string;
  /** Address of a file or folder. */
  readonly parent: string;
}

/** What the hooks are told when they start. */
export interface HookSettings {
  /** Address of the module whose packages a method shares. */
  readonly host: string;
}

let host = '';

export const initialize: InitializeHook<HookSettings> = (settings) => {
  host = settings.host;
};

/**
 * Gives a user's module the very packages that the command runs on, wherever its file lies: there must be one
 * TensorFlow.js in a process, and a folder without `node_modules` finds them all the same.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (specifier.startsWith(resolveScheme)) {
    const question = JSON.parse(decodeURIComponent(specifier.slice(resolveScheme.length))) as ResolveQuestion;
    const { url } = await nextResolve(question.specifier, { ...context, parentURL: question.parent });
    return { url: resolveScheme + encodeURIComponent(url), format: 'module', shortCircuit: true };
  }
  if (/^(@ssl\/.+|@tensorflow\/tfjs-core(\/.*)?|zod(\/.*)?)$/.test(specifier)) {
    try {
      return await nextResolve(specifier, { ...context, parentURL: host });
    } catch {
      // The user's folder may have what the command does not.
      return nextResolve(specifier, context);
    }
  }
  return nextResolve(specifier, context);
};

/** Runs TypeScript: types are taken out, nothing is checked. Node's own way of doing so does not reach back to 20. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (url.startsWith(resolveScheme)) {
    const found = decodeURIComponent(url.slice(resolveScheme.length));
    const source = `export const url = ${JSON.stringify(found)};`;
    return { format: 'module', source, shortCircuit: true };
  }
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !/\.m?ts$/.test(pathname)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const source = await readFile(path, 'utf8');
  try {
    const { code } = await transform(source, {
      ...{ loader: 'ts', format: 'esm', target: 'node20' },
      ...{ sourcefile: path, sourcemap: 'inline', logLevel: 'silent' },
    });
    return { format: 'module', source: code, shortCircuit: true };
  } catch (error) {
    const [first] = (error as { readonly errors?: readonly Message[] }).errors ?? [];
    if (first === undefined) throw error;
    const { line = 1, column = 0 } = first.location ?? {};
    const name = relative(process.cwd(), path);
    throw new SyntaxError(`${name}:${line}:${column + 1}: ${first.text}`, { cause: String(error) });
  }
};
