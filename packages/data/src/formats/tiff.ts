import { UserError } from '@ssl/errors';

import type { ImageSamples } from './image-samples.ts';
import { onWhite } from './on-white.ts';
import { orient } from './orient.ts';
import { readTiffDirectories, type TiffDirectory } from './tiff-directory.ts';
import { tiffPredictors } from './tiff-predictor.ts';
import { isUnpacked, readTiffSamples, type TiffLayout } from './tiff-samples.ts';

/** An image of a TIFF file. */
export interface TiffPage {
  /** Of the upright image, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Channels that {@link TiffPage.read} gives. */
  readonly channels: number;
  /** Type of the samples that {@link TiffPage.read} gives. */
  readonly sampleType: 'uint8' | 'uint16' | 'float32';
  /** Its place among all images of the file, thumbnails and masks included. */
  readonly directory: number;
  /**
   * Whether an image library decodes it, and faster: `shallow` are pictures of at most 8 bits as JPEG and PNG hold them
   * (grey, RGB, CMYK, a palette, with or without alpha); `deep` are grey and RGB images of uint16 without alpha or planes,
   * of which libvips gives the same samples as {@link TiffPage.read}. Absent for others.
   */
  readonly picture?: 'shallow' | 'deep';
  /**
   * Looks whether the page can be read, without reading its samples: damage in compressed data is not found.
   *
   * @param asPicture whether an image library is to decode it
   * @throws UserError if it is of a kind that {@link TiffPage.read} does not read
   * @throws Error if the file is truncated
   */
  check(asPicture: boolean): void;
  /**
   * The samples as they are stored, upright; transparency of grey and RGB images on white; "0 is white" inverted. Integers
   * other than uint8 and uint16, and float64, as float32.
   *
   * @throws UserError if the page is of a kind that is not read
   * @throws Error if the file is damaged
   */
  read(): ImageSamples;
}

// Values of the tags.
const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, yCbCr: 6, cieLab: 8 };
const formats = new Map<number, TiffLayout['format']>([
  [1, 'unsigned'],
  [2, 'signed'],
  [3, 'float'],
]);
const alphas = { associated: 1, unassociated: 2 };
/** Bits of NewSubfileType. */
const subfiles = { thumbnail: 1, mask: 4 };

const colorsOf = new Map<number, number>([
  [photometric.whiteIsZero, 1],
  [photometric.blackIsZero, 1],
  [photometric.rgb, 3],
  [photometric.palette, 1],
  [photometric.cmyk, 4],
  [photometric.yCbCr, 3],
  [photometric.cieLab, 3],
]);
const kindNames = new Map<number, string>([
  [photometric.palette, 'a palette'],
  [photometric.cmyk, 'CMYK'],
  [photometric.yCbCr, 'YCbCr'],
  [photometric.cieLab, 'CIELab'],
]);
/** Samples of an image at most: more is most often a mistake, and would fill the memory. */
const mostSamples = 0x3fff * 0x3fff * 3;

/**
 * Reads the directories of a TIFF or BigTIFF file: its pages, without thumbnails and masks.
 *
 * Why not a library: libvips drops channels of uint8 and float32 images with more than four, and mixes up planes; geotiff
 * 3.0.5 mistakes the byte order of big-endian files, and its LZW decoder does not end on some files; tiff 7.1.3 does not
 * read planes, nor all LZW.
 *
 * @param name what to call the file in errors
 * @throws Error if the file is damaged
 */
export function readTiff(bytes: Uint8Array, name = 'TIFF file'): readonly TiffPage[] {
  return reportDamage(name, () => {
    const { directories, littleEndian } = readTiffDirectories(bytes);
    return directories
      .map((directory, index) => ({ directory, index }))
      .filter(
        ({ directory }) =>
          (directory.value('newSubfileType', 0) & (subfiles.thumbnail | subfiles.mask)) === 0,
      )
      .map(({ directory, index }) => describePage(bytes, directory, index, littleEndian, name));
  });
}

function describePage(
  bytes: Uint8Array,
  directory: TiffDirectory,
  index: number,
  littleEndian: boolean,
  name: string,
): TiffPage {
  const kind = directory.value('photometricInterpretation', photometric.blackIsZero);
  const orientation = directory.value('orientation', 1);
  const channels = directory.value('samplesPerPixel', 1);
  const [height, width] = [directory.value('imageLength', 0), directory.value('imageWidth', 0)];
  const bits = directory.value('bitsPerSample', 1);
  const format = formats.get(directory.value('sampleFormat', 1));
  const extras = directory.values('extraSamples');
  const colors = colorsOf.get(kind);
  const hasAlpha =
    colors !== undefined && channels === colors + 1 && Object.values(alphas).includes(extras[0] ?? 0);
  const isUnsigned = format === 'unsigned' && bits <= 16;
  const sampleType = isUnsigned ? (bits <= 8 ? 'uint8' : 'uint16') : 'float32';
  const isTurned = orientation >= 5 && orientation <= 8;

  const isPlain =
    kind <= photometric.rgb && channels === colors && directory.value('planarConfiguration', 1) === 1;
  const isShallow = isUnsigned && bits <= 8 && (channels === colors || hasAlpha);
  const isDeep = isUnsigned && bits === 16 && isPlain && isUnpacked(directory.value('compression', 1));
  const picture = isShallow ? 'shallow' : isDeep ? 'deep' : undefined;

  return {
    height: isTurned ? width : height,
    width: isTurned ? height : width,
    channels: hasAlpha ? channels - 1 : channels,
    sampleType,
    directory: index,
    ...(picture && { picture }),
    check(asPicture) {
      checkSize(height, width, channels, name);
      if (!asPicture) checkKind(directory, name);
      checkBlocks(bytes, directory, name);
    },
    read() {
      checkSize(height, width, channels, name);
      const layout = { height, width, channels, bits, format: checkKind(directory, name), littleEndian };
      const type = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array }[sampleType];
      const data = new type(height * width * channels);
      reportDamage(name, () => readTiffSamples(bytes, directory, layout, data));
      const white = sampleType === 'float32' ? 1 : 2 ** bits - 1;
      if (kind === photometric.whiteIsZero) invertFirst(data, channels, white);
      const samples = { height, width, channels, data };
      return orient(
        hasAlpha ? onWhite(samples, white, extras[0] === alphas.associated) : samples,
        orientation,
      );
    },
  };
}

/** Refuses pages of a kind that is not read, and says the format of the others. */
function checkKind(directory: TiffDirectory, name: string): TiffLayout['format'] {
  const refuse = (found: string): UserError =>
    new UserError(
      `${name}: expected a grey, RGB or many-channel TIFF of integers or floats, got ${found}: convert it`,
    );
  const kind = directory.value('photometricInterpretation', photometric.blackIsZero);
  if (kind > photometric.rgb) throw refuse(kindNames.get(kind) ?? `photometric interpretation ${kind}`);
  const compression = directory.value('compression', 1);
  if (!isUnpacked(compression)) {
    throw refuse(`compression ${compression} (read are: none, LZW, Deflate, PackBits)`);
  }
  const [bits = 1, ...otherBits] = directory.values('bitsPerSample');
  if (otherBits.some((own) => own !== bits)) {
    throw refuse(`channels of different depths (${[bits, ...otherBits].join(', ')} bits)`);
  }
  const [code = 1, ...otherCodes] = directory.values('sampleFormat');
  const format = formats.get(code);
  if (format === undefined) throw refuse(`sample format ${code}`);
  if (otherCodes.some((own) => own !== code)) throw refuse('channels of different sample formats');
  const allowed = {
    unsigned: bits <= 32,
    signed: [8, 16, 32].includes(bits),
    float: [16, 32, 64].includes(bits),
  };
  if (bits < 1 || !allowed[format]) throw refuse(`${format} samples of ${bits} bits`);
  if (kind === photometric.whiteIsZero && (format !== 'unsigned' || bits > 16)) {
    throw refuse(`${format} samples of ${bits} bits where 0 is white`);
  }
  if (directory.value('fillOrder', 1) !== 1) throw refuse('bits in reversed order (FillOrder 2)');
  const predictor = directory.value('predictor', tiffPredictors.none);
  const fits = {
    [tiffPredictors.none]: true,
    [tiffPredictors.horizontal]: [8, 16, 32, 64].includes(bits),
    [tiffPredictors.floatingPoint]: format === 'float',
  }[predictor];
  if (fits !== true) throw refuse(`predictor ${predictor} for ${format} samples of ${bits} bits`);
  return format;
}

function checkSize(height: number, width: number, channels: number, name: string): void {
  const count = height * width * channels;
  if (count > mostSamples) {
    throw new UserError(`${name}: ${width}×${height} pixels of ${channels} channels are too large`);
  }
  if (!(count > 0)) throw new Error(`cannot decode ${name}: it has no pixels`);
}

/** Strips or tiles must lie within the file. */
function checkBlocks(bytes: Uint8Array, directory: TiffDirectory, name: string): void {
  reportDamage(name, () => {
    const isTiled = directory.value('tileWidth', 0) > 0;
    const offsets = directory.values(isTiled ? 'tileOffsets' : 'stripOffsets');
    const lengths = directory.values(isTiled ? 'tileByteCounts' : 'stripByteCounts');
    if (offsets.length === 0) throw new Error('it has no pixels');
    const end = offsets.reduce((last, offset, block) => Math.max(last, offset + (lengths[block] ?? 0)), 0);
    if (end > bytes.length) throw new RangeError('a block lies beyond the end of the file');
  });
}

function invertFirst(data: ImageSamples['data'], channels: number, white: number): void {
  for (let at = 0; at < data.length; at += channels) data[at] = white - (data[at] as number);
}

/** What the pages of a file are as one image: stacked, the channels of all pages. */
export interface TiffStack {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly sampleType: TiffPage['sampleType'];
}

/**
 * The size and type that all pages share, and their channels together.
 *
 * @throws UserError if there is none, or they differ
 */
export function describeStack(pages: readonly TiffPage[], name: string): TiffStack {
  const [first] = pages;
  if (first === undefined) throw new UserError(`${name}: expected a page from 0 to -1, got 0`);
  const describe = (page: TiffPage): string => `${page.sampleType} ${page.width}×${page.height}`;
  const other = pages.findIndex((page) => describe(page) !== describe(first));
  if (other > 0) {
    throw new UserError(
      `${name}: expected pages of one size and type, got ${describe(first)} and ${describe(pages[other] as TiffPage)} ` +
        `(page ${other}): choose one page`,
    );
  }
  const channels = pages.reduce((sum, page) => sum + page.channels, 0);
  return { height: first.height, width: first.width, channels, sampleType: first.sampleType };
}

function reportDamage<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // A read beyond the end of a DataView or an array.
    const reason = error instanceof RangeError ? 'the file is truncated' : (error as Error).message;
    throw new Error(`cannot decode ${name}: ${reason}`, { cause: error });
  }
}
