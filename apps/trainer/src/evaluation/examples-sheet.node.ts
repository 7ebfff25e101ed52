import type { ExampleRow } from '@ssl/train';

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
 * @throws Error if there is no row, or they differ in size
 */
export async function drawExamplesSheet(rows: readonly ExampleRow[]): Promise<ExamplesSheet> {
  const [first] = rows;
  if (first === undefined) throw new Error('drawExamplesSheet: expected at least one row of pictures');
  const { images: columns, height, width, channels } = first;
  for (const row of rows) {
    if (row.images !== columns || row.height !== height || row.width !== width || row.channels !== channels) {
      throw new Error(
        `examples: all rows must be [${columns},${height},${width},${channels}] like "${first.name}", ` +
          `"${row.name}" is [${row.images},${row.height},${row.width},${row.channels}]`,
      );
    }
  }
  const stride = columns * width * 3;
  const sheet = new Uint8Array(rows.length * height * stride);
  for (const [position, { pixels }] of rows.entries()) {
    for (let at = 0; at < columns * height * width; at++) {
      const [column, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
      const to = (position * height + y) * stride + (column * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        sheet[to + channel] = Math.round(
          255 * (pixels[at * channels + Math.min(channel, channels - 1)] as number),
        );
      }
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
