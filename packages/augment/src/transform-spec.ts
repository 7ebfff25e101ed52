/** How to sample between pixels. `bicubic` is torchvision's: a = −0.5 with antialias, −0.75 without. */
export type Interpolation = 'bilinear' | 'bicubic';

/**
 * One transform with its parameters, as JSON; names and meanings are torchvision's (transforms.v2), in
 * camelCase. Ranges are `[low, high]`. A size is one number for a square or `[height, width]`.
 */
export type TransformSpec =
  | {
      readonly name: 'randomResizedCrop';
      readonly size: number | readonly [number, number];
      /** Share of the area, default [0.08, 1]. */
      readonly scale?: readonly [number, number];
      /** Width / height, default [3/4, 4/3]. */
      readonly ratio?: readonly [number, number];
      readonly interpolation?: Interpolation;
      readonly antialias?: boolean;
    }
  | {
      /** A number: the shorter side becomes this; a pair: exactly this size. */
      readonly name: 'resize';
      readonly size: number | readonly [number, number];
      readonly interpolation?: Interpolation;
      readonly antialias?: boolean;
    }
  | { readonly name: 'centerCrop'; readonly size: number | readonly [number, number] }
  | {
      readonly name: 'randomCrop';
      readonly size: number | readonly [number, number];
      readonly padding?: number;
      readonly paddingMode?: 'constant' | 'reflect';
    }
  | { readonly name: 'randomHorizontalFlip'; readonly probability?: number }
  | { readonly name: 'randomVerticalFlip'; readonly probability?: number }
  | {
      /** Each a strength (factor from [max(0, 1−s), 1+s], hue from [−s, s]); applied in random order. */
      readonly name: 'colorJitter';
      readonly brightness?: number;
      readonly contrast?: number;
      readonly saturation?: number;
      readonly hue?: number;
      /** Probability of applying it at all, default 1. */
      readonly probability?: number;
    }
  | { readonly name: 'randomGrayscale'; readonly probability?: number }
  | {
      readonly name: 'gaussianBlur';
      /** Odd size in pixels. */
      readonly kernelSize: number;
      readonly sigma: readonly [number, number];
      readonly probability?: number;
    }
  | { readonly name: 'randomSolarize'; readonly threshold?: number; readonly probability?: number }
  | {
      /** `turns` quarter turns counter-clockwise: 0, 1, 2 or 3. */
      readonly name: 'rotate90';
      readonly turns: number;
    }
  | {
      /**
       * Takes one of several lists of transforms: a random one for each view, or the one with the view's own
       * index (`pick: 'view'`). With `target: true` the index taken becomes the view's target.
       */
      readonly name: 'oneOf';
      readonly choices: readonly (readonly TransformSpec[])[];
      readonly pick: 'random' | 'view';
      readonly target?: boolean;
    }
  | { readonly name: 'grayscale'; readonly channels: 1 | 3 }
  | {
      /** (x − mean) / std per channel; comes last. */
      readonly name: 'normalize';
      readonly mean: readonly number[];
      readonly std: readonly number[];
    };
