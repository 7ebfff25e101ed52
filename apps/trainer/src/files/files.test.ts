import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeCsv } from './csv.ts';
import { encodeNpy } from './npy.ts';
import { writeAtomically } from './write-atomically.node.ts';

it('encodeNpy writes what numpy.save writes', () => {
  const bytes = encodeNpy(Float32Array.of(1, 2, 3, -0.5, 0, 7), 2, 3);
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 128));
  expect(header.slice(0, 8)).toBe('\x93NUMPY\x01\x00');
  expect(header.slice(10)).toBe(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\n',
  );
  expect(new DataView(bytes.buffer).getUint16(8, true)).toBe(118);
  expect([...new Float32Array(bytes.slice(128).buffer)]).toEqual([1, 2, 3, -0.5, 0, 7]);
});

it('encodeCsv quotes what needs it', () => {
  expect(
    encodeCsv(
      ['index', 'name'],
      [
        [0, 'a,b'],
        [1, 'say "x"'],
      ],
    ),
  ).toBe('index,name\r\n0,"a,b"\r\n1,"say ""x"""\r\n');
});

it('writeAtomically makes folders and leaves nothing else behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ssl-write-'));
  await writeAtomically(join(folder, 'deep', 'a.json'), 'one');
  await writeAtomically(join(folder, 'deep', 'a.json'), 'two');
  expect(await readdir(join(folder, 'deep'))).toEqual(['a.json']);
  expect(await readFile(join(folder, 'deep', 'a.json'), 'utf8')).toBe('two');
  await rm(folder, { recursive: true });
});
