/** Geometry of a convolution, as `computeConv2DInfo` gives it. */
export interface Window2D {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** How an input is read: padded (negative: cropped), in steps. */
export interface PaddedInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly top: number;
  readonly left: number;
  readonly paddedWidth: number;
  readonly rowStep: number;
  readonly columnStep: number;
  /** Padded rows that one row of output reads. */
  readonly spanRows: number;
  /** No padding and no cropping: the input can be read where it is. */
  readonly direct: boolean;
}

/** A run of values that lie next to each other in the padded input. */
interface Segment {
  /** Place in the padded input, from the output pixel's first value. */
  readonly row: number;
  readonly column: number;
  /** Its taps of the filter, `row · filterWidth + column`, in the order of the input. */
  readonly taps: readonly number[];
}

/** Output pixels that read the input in the same way. */
export interface Phase {
  readonly rows: number;
  readonly columns: number;
  /** First output row and column, and the steps to the next. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rowStep: number;
  readonly columnStep: number;
  /** All of the same length. */
  readonly segments: readonly Segment[];
}

/** A pass of the kernel `convolve`. */
export interface ConvolutionPlan {
  readonly input: PaddedInput;
  readonly phases: readonly Phase[];
}

/** The forward convolution. */
export function planForward(window: Window2D): ConvolutionPlan {
  const { filterHeight, filterWidth, dilationHeight, dilationWidth } = window;
  const rows = range(filterHeight).map((ky) => ({ place: ky * dilationHeight, tap: ky }));
  const columns = range(filterWidth).map((kx) => ({ place: kx * dilationWidth, tap: kx }));
  return {
    input: paddedInput({
      height: window.inHeight,
      width: window.inWidth,
      channels: window.inChannels,
      top: window.padTop,
      left: window.padLeft,
      rowStep: window.strideHeight,
      columnStep: window.strideWidth,
      rows: window.outHeight,
      columns: window.outWidth,
      spanRows: (filterHeight - 1) * dilationHeight + 1,
      spanColumns: (filterWidth - 1) * dilationWidth + 1,
    }),
    phases: [
      {
        rows: window.outHeight,
        columns: window.outWidth,
        firstRow: 0,
        firstColumn: 0,
        rowStep: 1,
        columnStep: 1,
        segments: makeSegments(rows, columns, filterWidth),
      },
    ],
  };
}

/**
 * The gradient by the input: a convolution of the upstream gradient by the flipped filter. With a stride, pixels of
 * the result meet only every stride-th tap: one phase for each remainder of row and column.
 */
export function planInputGradient(window: Window2D): ConvolutionPlan {
  const vertical = axisPhases(
    window.inHeight,
    window.filterHeight,
    window.strideHeight,
    window.dilationHeight,
    window.padTop,
  );
  const horizontal = axisPhases(
    window.inWidth,
    window.filterWidth,
    window.strideWidth,
    window.dilationWidth,
    window.padLeft,
  );
  const phases = vertical.phases.flatMap((row) =>
    horizontal.phases.map((column) => ({
      rows: row.count,
      columns: column.count,
      firstRow: row.first,
      firstColumn: column.first,
      rowStep: window.strideHeight,
      columnStep: window.strideWidth,
      segments: makeSegments(row.taps, column.taps, window.filterWidth),
    })),
  );
  return {
    input: paddedInput({
      height: window.outHeight,
      width: window.outWidth,
      channels: window.outChannels,
      top: vertical.pad,
      left: horizontal.pad,
      rowStep: 1,
      columnStep: 1,
      rows: Math.ceil(window.inHeight / window.strideHeight),
      columns: Math.ceil(window.inWidth / window.strideWidth),
      spanRows: vertical.span,
      spanColumns: horizontal.span,
    }),
    phases,
  };
}

interface Tap {
  /** Row (or column) of the padded input, from the output pixel's first. */
  readonly place: number;
  readonly tap: number;
}

/**
 * Input row i = first + stride · j gets tap k from output row (i + pad − k · dilation) / stride where that is whole:
 * j + (first + pad − k · dilation) / stride.
 */
function axisPhases(
  size: number,
  taps: number,
  stride: number,
  dilation: number,
  pad: number,
): {
  phases: { first: number; count: number; taps: Tap[] }[];
  pad: number;
  span: number;
} {
  const phases = range(Math.min(stride, size)).map((first) => ({
    first,
    count: Math.ceil((size - first) / stride),
    taps: range(taps)
      .map((tap) => ({ tap, place: (first + pad - tap * dilation) / stride }))
      .filter(({ place }) => Number.isInteger(place))
      .sort((a, b) => a.place - b.place),
  }));
  const places = phases.flatMap((phase) => phase.taps.map(({ place }) => place));
  const lowest = places.length === 0 ? 0 : Math.min(...places);
  const highest = places.length === 0 ? 0 : Math.max(...places);
  return {
    phases: phases.map((phase) => ({
      ...phase,
      taps: phase.taps.map(({ tap, place }) => ({ tap, place: place - lowest })),
    })),
    pad: -lowest,
    span: highest - lowest + 1,
  };
}

function makeSegments(rows: readonly Tap[], columns: readonly Tap[], filterWidth: number): Segment[] {
  const [first] = columns;
  if (!first) return [];
  const adjacent = columns.every(({ place }, index) => place === first.place + index);
  const runs = adjacent ? [columns] : columns.map((column) => [column]);
  return rows.flatMap((row) =>
    runs.map((run) => ({
      row: row.place,
      column: run[0]?.place ?? 0,
      taps: run.map(({ tap }) => row.tap * filterWidth + tap),
    })),
  );
}

function paddedInput(shape: {
  height: number;
  width: number;
  channels: number;
  top: number;
  left: number;
  rowStep: number;
  columnStep: number;
  rows: number;
  columns: number;
  spanRows: number;
  spanColumns: number;
}): PaddedInput {
  const { height, width, channels, top, left, rowStep, columnStep, spanRows } = shape;
  const neededWidth = (shape.columns - 1) * columnStep + shape.spanColumns;
  const neededHeight = (shape.rows - 1) * rowStep + spanRows;
  const direct = top === 0 && left === 0 && neededWidth <= width && neededHeight <= height;
  return {
    height,
    width,
    channels,
    top,
    left,
    paddedWidth: direct ? width : neededWidth,
    rowStep,
    columnStep,
    spanRows,
    direct,
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
