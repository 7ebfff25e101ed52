import sharp from 'sharp';

/** What `numpy.save` writes for an array (format 1.0, C order). `descr` as in its header: `<u2`. */
export function npyFile(descr: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  return Buffer.concat([
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8),
    Buffer.from(`${text.padEnd(length - 1)}\n`),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

/** Values in [0, 1) of `count` images of `size` values: stripes whose phase depends on the class, with some noise. */
export function stripes(count: number, size: number): Float32Array {
  return Float32Array.from({ length: count * size }, (_, at) => {
    const [image, place] = [Math.floor(at / size), at % size];
    const noise = (Math.imul(at + 1, 2654435761) >>> 8) / 2 ** 24;
    return 0.5 + 0.4 * Math.sin(place / 3 + (image % 2)) * noise;
  });
}

/** A grey PNG of 16 bits. */
export function deepPng(
  values: Float32Array,
  width: number,
  height: number,
  most: number,
): Promise<Uint8Array> {
  const raw = { width, height, channels: 1 as const };
  return sharp(
    Uint16Array.from(values, (value) => Math.round(value * most)),
    { raw },
  )
    .toColourspace('grey16')
    .png()
    .toBuffer();
}

/** A folder of grey PNGs of 12 bits in 16, in two classes: path → content. */
export async function deepPngs(
  count: number,
  width: number,
  height: number,
): Promise<Record<string, Uint8Array>> {
  const values = stripes(count, width * height);
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index++) {
    const own = values.subarray(index * width * height, (index + 1) * width * height);
    files[`${index % 2 === 0 ? 'even' : 'odd'}/${index}.png`] = await deepPng(own, width, height, 4095);
  }
  return files;
}

/** Labels 0, 1, 0, 1, … as an array. */
export function labelFile(count: number): Uint8Array {
  return npyFile(
    '<i4',
    [count],
    Int32Array.from({ length: count }, (_, index) => index % 2),
  );
}

/** MNIST's files, with `count` images of 12×12 each. */
export function idxFiles(count: number): Record<string, Uint8Array> {
  const numbers = (...values: number[]): Uint8Array =>
    Uint8Array.from(values.flatMap((value) => [value >>> 24, value >>> 16, value >>> 8, value]));
  const pixels = Uint8Array.from(stripes(count, 144), (value) => value * 255);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 2);
  const images = Buffer.concat([numbers(0x803, count, 12, 12), pixels]);
  const named = Buffer.concat([numbers(0x801, count), labels]);
  return {
    'train-images-idx3-ubyte': images,
    'train-labels-idx1-ubyte': named,
    't10k-images-idx3-ubyte': images,
    't10k-labels-idx1-ubyte': named,
  };
}
