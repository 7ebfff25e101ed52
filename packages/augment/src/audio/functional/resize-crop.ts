import { createSpectrogram, type Spectrogram } from '../spectrogram.ts';
import { resizeAligned } from './resize-aligned.ts';

/** Bands and frames. */
export interface SpectrogramSize {
  readonly height: number;
  readonly width: number;
}

/** A part of a canvas, in bands and frames from its lowest band and first frame. */
export interface SpectrogramBox extends SpectrogramSize {
  readonly top: number;
  readonly left: number;
}

/** What is cut out of what. */
export interface ResizeCropParameters {
  /** Size of the canvas that the spectrogram is put into the middle of, at least its own. */
  readonly canvas: SpectrogramSize;
  /** Lies within the canvas. */
  readonly box: SpectrogramBox;
  /**
   * Value of the canvas where the spectrogram does not reach. Default 0, which is the mean of a normalised
   * spectrogram; give the mean of the data for others.
   */
  readonly fill?: number;
}

/**
 * Puts a spectrogram into the middle of a larger canvas, cuts a box out and resizes it to the size of the
 * spectrogram, bicubically with aligned corners. A box wider than the spectrogram makes the sound faster in effect, a
 * narrower one slower; a lower one moves and spreads its frequencies.
 *
 * Source: nttcslab/byol-a at 3e65c92, `RandomResizeCrop.forward`.
 *
 * @throws RangeError if the canvas is smaller than the spectrogram or the box does not lie within the canvas
 */
export function resizeCrop(
  spectrogram: Spectrogram,
  { canvas, box, fill = 0 }: ResizeCropParameters,
): Spectrogram {
  const { height, width, data: source } = spectrogram;
  check(spectrogram, canvas, box);
  const originTop = Math.floor((canvas.height - height) / 2) - box.top;
  const originLeft = Math.floor((canvas.width - width) / 2) - box.left;
  const cut = createSpectrogram(box.height, box.width, fill);
  const firstColumn = Math.max(0, originLeft);
  const endColumn = Math.min(box.width, originLeft + width);
  for (let y = Math.max(0, originTop); y < Math.min(box.height, originTop + height); y++) {
    for (let x = firstColumn; x < endColumn; x++) {
      cut.data[y * box.width + x] = source[(y - originTop) * width + x - originLeft] as number;
    }
  }
  return resizeAligned(cut, [height, width]);
}

function check({ height, width }: Spectrogram, canvas: SpectrogramSize, box: SpectrogramBox): void {
  if (canvas.height < height || canvas.width < width) {
    throw new RangeError(
      `resizeCrop: the canvas must be at least ${height}×${width}, got ${canvas.height}×${canvas.width}`,
    );
  }
  const { top, left } = box;
  const isWithin =
    top >= 0 &&
    left >= 0 &&
    box.height >= 1 &&
    box.width >= 1 &&
    top + box.height <= canvas.height &&
    left + box.width <= canvas.width;
  if (!isWithin) {
    throw new RangeError(
      `resizeCrop: the box must lie within the canvas of ${canvas.height}×${canvas.width}, got ${box.height}×${box.width} at row ${top}, column ${left}`,
    );
  }
}
