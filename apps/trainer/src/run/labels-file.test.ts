import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '@ssl/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelsFile, reopenLabels } from './labels-file.node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssl-labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function labelsFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function lineOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(() => undefined).catch((reason: unknown) => reason);
  if (!isUserError(error)) throw new Error(`expected a user’s mistake, got ${String(error)}`);
  return error.message;
}

describe('readLabelsFile', () => {
  it.each(['path,class\na.jpg, cat\n"b,c.jpg",dog\n', 'a.jpg,cat\r\n"b,c.jpg",dog'])(
    'takes a header or none: %j',
    async (text) => {
      const { entries } = await readLabelsFile(await labelsFile('labels.csv', text));
      expect(entries).toEqual([
        { sample: 'a.jpg', className: 'cat' },
        { sample: 'b,c.jpg', className: 'dog' },
      ]);
    },
  );

  it.each([
    ['path,class\n', 'it holds no label; expected lines of path,class'],
    ['a.jpg\n', 'expected a sample and its class, path,class, in each line; got "a.jpg"'],
    ['a.jpg,cat,dog\n', 'got "a.jpg,cat,dog"'],
    ['"a.jpg,cat\n', 'line 1: a quoted field does not end'],
  ])('refuses %j', async (text, message) => {
    expect(await lineOf(readLabelsFile(await labelsFile('bad.csv', text)))).toContain(message);
  });

  it('names a file that is not there', async () => {
    expect(await lineOf(readLabelsFile(join(folder, 'nowhere.csv')))).toMatch(/nowhere\.csv: no such file$/);
  });
});

describe('reopenLabels', () => {
  it('takes the same content wherever it lies, and no other', async () => {
    const path = await labelsFile('run.csv', '0,cat\n1,dog\n');
    const own = await readLabelsFile(path);
    const moved = await labelsFile('moved.csv', '0,cat\n1,dog\n');
    expect(await reopenLabels('run', own, undefined)).toEqual(own);
    expect((await reopenLabels('run', own, moved))?.entries).toEqual(own.entries);
    await writeFile(path, '0,cat\n1,cat\n2,dog\n');
    expect(await lineOf(reopenLabels('run', own, undefined))).toContain(
      'run.csv are not those that the run began with; restore the file, or name the place it moved to with --labels',
    );
  });

  it('gives a run no labels that it began without', async () => {
    expect(await reopenLabels('run', undefined, undefined)).toBeUndefined();
    expect(await lineOf(reopenLabels('run', undefined, 'labels.csv'))).toContain(
      'the run began without --labels',
    );
  });
});
