import type { FloatImage } from '../image.ts';
import { warp, type Projection, type WarpOptions } from './warp.ts';

/** An affine map about the centre of the image: shear, scale and turn, then translate. */
export interface AffineParameters {
  /** Degrees, clockwise, default 0. */
  readonly angle?: number;
  /** Pixels right and down, default [0, 0]. */
  readonly translate?: readonly [number, number];
  /** Default 1. */
  readonly scale?: number;
  /** Degrees along x and y, default [0, 0]. */
  readonly shear?: readonly [number, number];
}

/**
 * Turns an image about its centre by `angle` degrees, counter-clockwise; its size stays.
 *
 * Source: torchvision.transforms.v2.functional.rotate with `expand=False`.
 */
export function rotate(image: FloatImage, angle: number, options?: WarpOptions): FloatImage {
  return affine(image, { angle: -angle }, options);
}

/**
 * Applies an affine map; the size of the image stays.
 *
 * Source: torchvision.transforms.v2.functional.affine. Its positive angle is clockwise, the opposite of `rotate`.
 */
export function affine(image: FloatImage, parameters: AffineParameters, options?: WarpOptions): FloatImage {
  return warp(image, inverseProjection(image, parameters), options);
}

/** The inverse of `T · C · R · Shear · Scale · C⁻¹`: from pixels of the result to those of the image. */
function inverseProjection(
  { height, width }: FloatImage,
  { angle = 0, translate = [0, 0], scale = 1, shear = [0, 0] }: AffineParameters,
): Projection {
  const turn = radians(angle);
  const shearX = radians(shear[0]);
  const shearY = radians(shear[1]);
  const a = Math.cos(turn - shearY) / Math.cos(shearY);
  const b = -a * Math.tan(shearX) - Math.sin(turn);
  const c = Math.sin(turn - shearY) / Math.cos(shearY);
  const d = -c * Math.tan(shearX) + Math.cos(turn);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const centerX = (width - 1) / 2;
  const centerY = (height - 1) / 2;
  const x = centerX + translate[0];
  const y = centerY + translate[1];
  return [xx, xy, centerX - xx * x - xy * y, yx, yy, centerY - yx * x - yy * y, 0, 0];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
