import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile } from './read-config-file.node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssl-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, text: string): Promise<unknown> {
  const path = join(folder, name);
  await writeFile(path, text);
  return readConfigFile(path);
}

describe('readConfigFile', () => {
  it('reads YAML and JSON', async () => {
    expect(await read('a.yaml', 'epochs: 3\noptimizer:\n  name: sgd\n')).toEqual({
      epochs: 3,
      optimizer: { name: 'sgd' },
    });
    expect(await read('a.json', '{"epochs": 3}')).toEqual({ epochs: 3 });
  });

  it.each([
    ['bad.yaml', 'epochs: 3\noptimizer: {name: sgd\n', 'line 3, column 1: invalid YAML'],
    ['tabs.yaml', 'epochs: 3\n\tbatchSize: 4\n', 'line 2, column 1: invalid YAML'],
    ['twice.yaml', 'epochs: 3\nepochs: 4\n', 'line 2, column 1: invalid YAML'],
    ['bad.json', '{\n  "epochs": 3,\n}\n', 'line 3, column 1: invalid JSON: unexpected "}"'],
    ['missing.json', '{\n  "epochs": }', 'line 2, column 13: invalid JSON: unexpected "}"'],
    ['short.json', '{\n  "epochs": 3', 'line 2, column 14: invalid JSON: the file ends too soon'],
  ])('says where %s is wrong', async (name, text, line) => {
    await expect(read(name, text)).rejects.toThrow(line);
  });

  it('refuses what is no mapping, and a missing file', async () => {
    await expect(read('list.yaml', '- 1\n')).rejects.toThrow('expected settings by name');
    await expect(readConfigFile(join(folder, 'none.yaml'))).rejects.toThrow('there is no such file');
  });
});
