import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@ssl/random';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** An empty folder that goes when the tests of the file are done. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ssl-e2e-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, each under its path below `folder`; makes the folders they need. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Small pictures of noise, half of them JPEG and half PNG, in two sub-folders: `warm` and `cold`. */
export async function pictures(count: number, size = 16): Promise<Record<string, Uint8Array>> {
  const random = createRandom(5);
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index++) {
    const kind = index % 2 === 0 ? 'warm' : 'cold';
    const tint = kind === 'warm' ? [160, 60, 0] : [0, 60, 160];
    const pixels = Uint8Array.from(
      { length: size * size * 3 },
      (_, at) => (tint[at % 3] ?? 0) + random.integer(90),
    );
    const picture = sharp(pixels, { raw: { width: size, height: size, channels: 3 } });
    const jpeg = index % 4 < 2;
    files[`${kind}/${index}.${jpeg ? 'jpg' : 'png'}`] = await (
      jpeg ? picture.jpeg() : picture.png()
    ).toBuffer();
  }
  return files;
}

const cifarRecord = 1 + 32 * 32 * 3;

/**
 * A data set of real photographs in `folder`: the first images of CIFAR-10's files, where this machine has them
 * (`SSL_TEST_DATA`, or beside the repository); else the name of a generated one.
 */
export async function smallDataset(folder: string, train: number, test: number): Promise<string> {
  const beside = fileURLToPath(new URL('../../../../shared/data/cifar-10', import.meta.url));
  const cifar = [process.env['SSL_TEST_DATA'], beside].find((path) => path !== undefined && existsSync(path));
  if (cifar === undefined) return `generated:shapes?length=${train}`;
  await writeFiles(folder, {
    'data_batch_1.bin': await readStart(join(cifar, 'data_batch_1.bin'), train * cifarRecord),
    'test_batch.bin': await readStart(join(cifar, 'test_batch.bin'), test * cifarRecord),
    'batches.meta.txt': await readFile(join(cifar, 'batches.meta.txt')),
  });
  return folder;
}

async function readStart(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer;
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file. */
export async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
