import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** Small pictures of noise, half of them PNG and half JPEG, in two sub-folders: `warm` and `cold`. */
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
    files[`${kind}/${index}.${jpeg ? 'jpg' : 'png'}`] = await (jpeg ? picture.jpeg() : picture.png()).toBuffer();
  }
  return files;
}
