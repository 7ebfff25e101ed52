import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { compileFunction } from 'node:vm';

type CommonJsBody = (
  exports: unknown,
  require: (request: string) => unknown,
  module: { exports: unknown },
  filename: string,
  folder: string,
) => void;

/**
 * A loader for CommonJS files that hands them modules of our choice.
 *
 * Node's own `require` would give tfjs-node whatever copy of TensorFlow.js its folder sees, and a `util` without
 * the functions that Node 23 removed; mending that from outside would change both for the whole process. Files
 * loaded here see `substitutes` instead, each file once per loader; other requests for files beside them are
 * loaded the same way, and all else by Node.
 *
 * @param substitutes module by the request as it stands in the source, e.g. `util` or `./proto/api_pb`
 * @returns loads the file at an absolute path and gives its exports; throws what reading or running it throws
 */
export function createCommonJsLoader(
  substitutes: Readonly<Record<string, unknown>>,
): (file: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();

  function load(file: string): unknown {
    const known = loaded.get(file);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(file, module);
    const folder = dirname(file);
    const body = compileFunction(
      readFileSync(file, 'utf8'),
      ['exports', 'require', 'module', '__filename', '__dirname'],
      { filename: file },
    ) as CommonJsBody;
    const request = (name: string): unknown => {
      if (Object.hasOwn(substitutes, name)) return substitutes[name];
      if (!name.startsWith('.')) return createRequire(file)(name) as unknown;
      return load(join(folder, extname(name) === '.js' ? name : `${name}.js`));
    };
    body(module.exports, request, module, file, folder);
    return module.exports;
  }

  return load;
}
