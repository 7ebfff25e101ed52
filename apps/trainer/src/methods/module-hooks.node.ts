import { readFile } from 'node:fs/promises';
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform, type Message } from 'esbuild';

/** Asks where a module is, without running it: `ssl-resolve:` and a `ResolveQuestion` as JSON, percent-encoded. */
export const resolveScheme = 'ssl-resolve:';

/** Asks which files a module imports by relative paths, and these in turn: `ssl-imports:` and its address, encoded. */
export const importsScheme = 'ssl-imports:';

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
/** Addresses that each module imports by a relative path. */
const relativeImports = new Map<string, Set<string>>();

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
  if (specifier.startsWith(importsScheme)) return { url: specifier, format: 'module', shortCircuit: true };
  if (/^(@ssl\/.+|@tensorflow\/tfjs-core(\/.*)?|zod(\/.*)?)$/.test(specifier)) {
    try {
      return await nextResolve(specifier, { ...context, parentURL: host });
    } catch {
      // The user's folder may have what the command does not.
      return nextResolve(specifier, context);
    }
  }
  const resolved = await nextResolve(specifier, context);
  const { parentURL } = context;
  if (/^\.\.?\//.test(specifier) && parentURL !== undefined) {
    relativeImports.set(parentURL, (relativeImports.get(parentURL) ?? new Set()).add(resolved.url));
  }
  return resolved;
};

/** The module, what it imports by relative paths, what that imports, and so on. */
function reachedFrom(url: string): readonly string[] {
  const reached = new Set([url]);
  for (const module of reached) for (const next of relativeImports.get(module) ?? []) reached.add(next);
  return [...reached];
}

/** Runs TypeScript: types are taken out, nothing is checked. Node's own way of doing so does not reach back to 20. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (url.startsWith(resolveScheme)) {
    const found = decodeURIComponent(url.slice(resolveScheme.length));
    const source = `export const url = ${JSON.stringify(found)};`;
    return { format: 'module', source, shortCircuit: true };
  }
  if (url.startsWith(importsScheme)) {
    const reached = reachedFrom(decodeURIComponent(url.slice(importsScheme.length)));
    return {
      format: 'module',
      source: `export const urls = ${JSON.stringify(reached)};`,
      shortCircuit: true,
    };
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
