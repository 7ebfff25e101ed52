import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommonJsLoader } from './commonjs-loader.node.ts';

describe('createCommonJsLoader', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssl-loader-'));
    writeFileSync(
      join(folder, 'main.js'),
      `const util = require('util');
       exports.missing = util.isNullOrUndefined(undefined);
       exports.stock = util.types.isDate(new Date());
       exports.part = require('./part').self === require('./part.js').self;
       exports.cycle = require('./part').seen;
       exports.folder = __dirname;`,
    );
    writeFileSync(
      join(folder, 'part.js'),
      `exports.self = {}; exports.seen = Object.keys(require('./main')); require('./message');`,
    );
    writeFileSync(join(folder, 'broken.js'), `throw new Error('broken on purpose');`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('puts substitutes in, loads each file once, and leaves the rest to Node', async () => {
    const util = await import('node:util');
    const load = createCommonJsLoader({
      util: { ...util, isNullOrUndefined: (value: unknown) => value === undefined },
      './message': {},
    });
    expect(load(join(folder, 'main.js'))).toEqual({
      missing: true,
      stock: true,
      part: true,
      cycle: ['missing', 'stock'],
      folder,
    });
    expect('isNullOrUndefined' in util && util.isNullOrUndefined).not.toBe(true);
  });

  it('passes on what a file throws', () => {
    expect(() => createCommonJsLoader({})(join(folder, 'broken.js'))).toThrow('broken on purpose');
    expect(() => createCommonJsLoader({})(join(folder, 'none.js'))).toThrow('ENOENT');
  });
});
