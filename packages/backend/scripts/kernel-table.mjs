// The kernels that threads share, and what each is told. Both sides of a call are generated from this table: the
// classes and the dispatch of assembly/, and the types and the encoder of src/wasm/ (calling-convention.mjs).
//
// A job is a list of words of four bytes, in the order in which it names them:
//   address  of a tensor or a table in memory; 0 where a tensor may be missing
//   bytes    a size or a step
//   int      any other whole number
//   flag     true or false
//   float    float32

/** @typedef {'address' | 'bytes' | 'int' | 'flag' | 'float'} Word */
/** @typedef {{ readonly name: string, readonly words: Readonly<Record<string, Word>> }} Layout */
/** @typedef {{ readonly job: Layout, readonly passes?: readonly ('chunk' | 'thread')[] }} Kernel */

/** @returns {Layout} */
const layout = (name, words) => ({ name, words });

/** Each thread has `scratchBytes` of its own, from `scratch` on. */
const scratch = { scratchBytes: 'bytes', scratch: 'address' };

/** How a convolution reads its input: in bands of rows, padded (negative: cropped), in steps of padded pixels. */
const paddedInput = {
  height: 'int',
  width: 'int',
  pixelBytes: 'bytes',
  top: 'int',
  left: 'int',
  paddedWidth: 'int',
  rowStep: 'int',
  columnStep: 'int',
  // Padded rows that one row of output reads.
  spanRows: 'int',
};

/** How minimal filtering reads its input: bands of rows of tiles. */
const tiledInput = {
  bands: 'int',
  bandRows: 'int',
  height: 'int',
  width: 'int',
  pixelBytes: 'bytes',
  top: 'int',
  left: 'int',
  columns: 'int',
  outHeight: 'int',
  outWidth: 'int',
  channels: 'int',
};

const poolWindow = {
  height: 'int',
  width: 'int',
  channels: 'int',
  outHeight: 'int',
  outWidth: 'int',
  filterHeight: 'int',
  filterWidth: 'int',
  strideHeight: 'int',
  strideWidth: 'int',
  top: 'int',
  left: 'int',
};

const depthwiseWindow = {
  ...poolWindow,
  dilationHeight: 'int',
  dilationWidth: 'int',
  multiplier: 'int',
};

const poolJob = layout('PoolJob', { x: 'address', y: 'address', ...poolWindow });

/**
 * By file of assembly/, then by name of the function. A function is called with its job, the items [start, end) that
 * it does, and what it asks for besides: the number of its `chunk`, of its `thread`, or both in this order.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, Kernel>>>>}
 */
export const kernelTable = {
  'batch-norm': {
    channelMoments: {
      // Mean and sum of squared deviations: float64 `[chunks, channels]` each.
      job: layout('ChannelMomentsJob', { x: 'address', channels: 'int', mean: 'address', m2: 'address' }),
      passes: ['chunk'],
    },
    scaleShift: {
      job: layout('ScaleShiftJob', {
        x: 'address',
        residual: 'address',
        y: 'address',
        channels: 'int',
        scale: 'address',
        shift: 'address',
        relu: 'flag',
      }),
    },
    batchNormGradientSums: {
      // `y` 0: no activation. `sums` and `products` are float64 `[chunks, channels]` each.
      job: layout('BatchNormGradientSumsJob', {
        dy: 'address',
        y: 'address',
        x: 'address',
        channels: 'int',
        mean: 'address',
        sums: 'address',
        products: 'address',
      }),
      passes: ['chunk'],
    },
    batchNormGradientApply: {
      job: layout('BatchNormGradientApplyJob', {
        dy: 'address',
        y: 'address',
        x: 'address',
        dx: 'address',
        dResidual: 'address',
        channels: 'int',
        a: 'address',
        b: 'address',
        c: 'address',
      }),
    },
    reluGradient: { job: layout('ReluGradientJob', { dy: 'address', y: 'address', out: 'address' }) },
  },
  convolution: {
    convolve: {
      job: layout('ConvolveJob', {
        x: 'address',
        y: 'address',
        ...scratch,
        bands: 'int',
        bandRows: 'int',
        ...paddedInput,
        // No padding: x is read where it is.
        direct: 'flag',
        outImageBytes: 'bytes',
        channels: 'int',
        phases: 'int',
        phaseTable: 'address',
      }),
      passes: ['thread'],
    },
  },
  depthwise: {
    depthwiseInputGradient: {
      job: layout('DepthwiseInputGradientJob', {
        dy: 'address',
        filter: 'address',
        dx: 'address',
        ...depthwiseWindow,
      }),
    },
    depthwiseFilterGradient: {
      job: layout('DepthwiseFilterGradientJob', {
        dy: 'address',
        x: 'address',
        partialSums: 'address',
        ...depthwiseWindow,
      }),
      passes: ['chunk'],
    },
  },
  'filter-gradient': {
    filterGradient: {
      job: layout('FilterGradientJob', {
        x: 'address',
        dy: 'address',
        ...scratch,
        bandRows: 'int',
        outHeight: 'int',
        ...paddedInput,
        outWidth: 'int',
        channels: 'int',
        segments: 'int',
        // Of each segment, in bytes from the first pixel.
        offsets: 'address',
        length: 'int',
        // Each `[segments · length, channels rounded up to 8]`.
        partialSums: 'address',
        bandBytes: 'bytes',
      }),
      passes: ['chunk', 'thread'],
    },
    addPartialSums: {
      // Rows of the partial sums have a multiple of 8 channels, those of `out` have not.
      job: layout('AddPartialSumsJob', {
        partialSums: 'address',
        count: 'int',
        bytes: 'bytes',
        out: 'address',
        channels: 'int',
      }),
    },
  },
  gather: {
    gatherRows: {
      // `count` ids for each of the outer axes, into an axis of `length`.
      job: layout('GatherRowsJob', {
        x: 'address',
        ids: 'address',
        out: 'address',
        count: 'int',
        length: 'int',
        rowBytes: 'bytes',
      }),
    },
  },
  gelu: {
    gelu: { job: layout('GeluJob', { x: 'address', y: 'address' }) },
    geluGradient: { job: layout('GeluGradientJob', { dy: 'address', x: 'address', dx: 'address' }) },
  },
  'layer-norm': {
    layerNorm: {
      job: layout('LayerNormJob', {
        x: 'address',
        y: 'address',
        scale: 'address',
        offset: 'address',
        mean: 'address',
        inverse: 'address',
        columns: 'int',
        epsilon: 'float',
      }),
    },
    layerNormGradient: {
      // Partial sums are float32 `[chunks, 2, columns]`.
      job: layout('LayerNormGradientJob', {
        dy: 'address',
        x: 'address',
        scale: 'address',
        mean: 'address',
        inverse: 'address',
        dx: 'address',
        partialSums: 'address',
        columns: 'int',
      }),
      passes: ['chunk'],
    },
  },
  'mat-mul': {
    matMul: {
      job: layout('MatMulJob', {
        a: 'address',
        b: 'address',
        out: 'address',
        ...scratch,
        rows: 'int',
        inner: 'int',
        columns: 'int',
        // From a matrix to the next, 0: one for all.
        aBytes: 'bytes',
        bBytes: 'bytes',
        transposeA: 'flag',
        transposeB: 'flag',
        rowBands: 'int',
        bandRows: 'int',
        columnBands: 'int',
        // A multiple of 8.
        bandColumns: 'int',
        block: 'int',
        // Parts of the inner axis, each with a result of its own.
        parts: 'int',
        partLength: 'int',
        outBytes: 'bytes',
        outRowBytes: 'bytes',
      }),
      passes: ['thread'],
    },
  },
  optimizers: {
    momentumUpdate: {
      // `velocity` 0: without momentum.
      job: layout('MomentumUpdateJob', {
        parameter: 'address',
        gradient: 'address',
        velocity: 'address',
        nextParameter: 'address',
        nextVelocity: 'address',
        rate: 'float',
        momentum: 'float',
        decay: 'float',
        nesterov: 'flag',
      }),
    },
    adamUpdate: {
      job: layout('AdamUpdateJob', {
        parameter: 'address',
        gradient: 'address',
        mean: 'address',
        square: 'address',
        nextParameter: 'address',
        nextMean: 'address',
        nextSquare: 'address',
        beta1: 'float',
        rest1: 'float',
        beta2: 'float',
        rest2: 'float',
        rate: 'float',
        scale: 'float',
        epsilon: 'float',
        decay: 'float',
        keep: 'float',
      }),
    },
  },
  pooling: {
    maxPool: { job: poolJob },
    averagePool: { job: poolJob },
    maxPoolGradient: {
      job: layout('MaxPoolGradientJob', { x: 'address', dy: 'address', dx: 'address', ...poolWindow }),
    },
    averagePoolGradient: {
      job: layout('AveragePoolGradientJob', { dy: 'address', dx: 'address', ...poolWindow }),
    },
  },
  segments: {
    segmentSum: {
      job: layout('SegmentSumJob', {
        x: 'address',
        ids: 'address',
        out: 'address',
        rows: 'int',
        columns: 'int',
        segments: 'int',
      }),
    },
  },
  softmax: {
    softmax: { job: layout('SoftmaxJob', { x: 'address', y: 'address', columns: 'int' }) },
    softmaxGradient: {
      job: layout('SoftmaxGradientJob', { dy: 'address', y: 'address', dx: 'address', columns: 'int' }),
    },
  },
  'strided-copy': {
    stridedCopy: {
      // Four outer axes, the first with as many elements as there are left, and rows.
      job: layout('StridedCopyJob', {
        x: 'address',
        out: 'address',
        step0: 'bytes',
        size1: 'int',
        step1: 'bytes',
        size2: 'int',
        step2: 'bytes',
        size3: 'int',
        step3: 'bytes',
        length: 'int',
        step: 'bytes',
      }),
    },
  },
  sums: {
    sumMiddle: {
      job: layout('SumMiddleJob', {
        x: 'address',
        out: 'address',
        rows: 'int',
        inner: 'int',
        // Of 16 columns, the last of what is left.
        blocks: 'int',
        factor: 'float',
      }),
    },
  },
  winograd: {
    winogradFilters: {
      job: layout('WinogradFiltersJob', { packed: 'address', target: 'address', depth: 'int' }),
    },
    winogradConvolve: {
      job: layout('WinogradConvolveJob', {
        x: 'address',
        y: 'address',
        ...scratch,
        ...tiledInput,
        // Transformed, `[panel, 16, depth, 8]`.
        filters: 'address',
        bandBytes: 'bytes',
        planeBytes: 'bytes',
      }),
      passes: ['thread'],
    },
  },
  'winograd-filter-gradient': {
    winogradFilterGradient: {
      job: layout('WinogradFilterGradientJob', {
        x: 'address',
        dy: 'address',
        ...scratch,
        ...tiledInput,
        // Each `[16, depth, channels]`.
        partialSums: 'address',
        bandBytes: 'bytes',
        planeBytes: 'bytes',
        together: 'int',
      }),
      passes: ['chunk', 'thread'],
    },
    winogradFilterResult: {
      job: layout('WinogradFilterResultJob', {
        sums: 'address',
        out: 'address',
        depth: 'int',
        channels: 'int',
      }),
    },
  },
};

/**
 * Tables that jobs point to.
 *
 * @type {readonly Layout[]}
 */
export const records = [
  layout('ConvolutionPhase', {
    rows: 'int',
    columns: 'int',
    // In an output image; then the steps to the next row and column.
    firstByte: 'bytes',
    rowBytes: 'bytes',
    columnBytes: 'bytes',
    segments: 'int',
    // Of each segment, in bytes from the pixel's first.
    offsets: 'address',
    // Of a segment.
    length: 'int',
    panels: 'address',
  }),
];
