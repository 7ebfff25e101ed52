import type { Picture } from '@ssl/augment';
import type { ExamplePreviews } from '@ssl/train';

/** Rows of pictures by which a method shows what it does, in one picture. */
export interface ExamplesSheet {
  /** A PNG file: a row of pictures for each name, from top to bottom. */
  readonly png: Uint8Array;
  /** What `examples.json` holds. */
  readonly description: {
    /** Names of the rows. */
    readonly rows: readonly string[];
    /** Pictures in a row. */
    readonly columns: number;
    /** Size of a picture in pixels. */
    readonly height: number;
    readonly width: number;
  };
}

/**
 * Draws rows of pictures of one size below each other.
 *
 * @returns nothing where the examples are no pictures
 * @throws Error if they differ in size or number
 */
export async function drawExamplesSheet(
  rows: readonly ExamplePreviews[],
): Promise<ExamplesSheet | undefined> {
  const [first] = rows;
  const [like] = picturesOf(first);
  if (first === undefined || like === undefined) return undefined;
  const columns = first.previews.length;
  const { height, width } = like;
  const stride = columns * width * 3;
  const sheet = new Uint8Array(rows.length * height * stride);
  for (const [position, row] of rows.entries()) {
    const pictures = picturesOf(row);
    if (pictures.length !== columns || pictures.some((one) => one.height !== height || one.width !== width)) {
      throw new Error(
        `examples: all rows must hold ${columns} pictures of ${height}×${width} like "${first.name}", "${row.name}" does not`,
      );
    }
    for (const [column, picture] of pictures.entries()) {
      copyPicture(picture, sheet, position * height * stride + column * width * 3, stride);
    }
  }
  // Loaded when it is needed: a broken sharp must not keep other commands from running.
  const { default: sharp } = await import('sharp');
  const picture = sharp(sheet, {
    raw: { width: columns * width, height: rows.length * height, channels: 3 },
  });
  const png = await picture.png({ compressionLevel: 9 }).toBuffer();
  return { png, description: { rows: rows.map(({ name }) => name), columns, height, width } };
}

/** Examples that are texts, as `examples.json` holds them: `[rows][columns]`; nothing where they are not. */
export function exampleTexts(
  rows: readonly ExamplePreviews[],
): { readonly rows: readonly string[]; readonly texts: readonly (readonly string[])[] } | undefined {
  const texts = rows.map(({ previews }) => previews.flatMap(({ text }) => text ?? []));
  if (!texts.some((row) => row.length > 0)) return undefined;
  return { rows: rows.map(({ name }) => name), texts };
}

function picturesOf(row: ExamplePreviews | undefined): readonly Picture[] {
  return row?.previews.flatMap(({ picture }) => picture ?? []) ?? [];
}

/** Copies a picture into RGB bytes. */
function copyPicture(picture: Picture, target: Uint8Array, offset: number, stride: number): void {
  const { height, width, channels, data } = picture;
  for (let at = 0; at < height * width; at++) {
    const to = offset + Math.floor(at / width) * stride + (at % width) * 3;
    for (let channel = 0; channel < 3; channel++) {
      target[to + channel] = data[at * channels + Math.min(channel, channels - 1)] as number;
    }
  }
}
