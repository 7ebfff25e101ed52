import type { FloatImage } from '../image.ts';
import { warp, type Projection, type WarpOptions } from './warp.ts';

/** `[x, y]` in pixels. */
export type Point = readonly [number, number];

/** Top left, top right, bottom right and bottom left corner. */
export type Quadrangle = readonly [Point, Point, Point, Point];

/**
 * Moves four points of an image to four others, everything else with them in perspective; its size stays.
 *
 * Source: torchvision.transforms.v2.functional.perspective. As there, a point is the corner of its pixel, so the
 * map is read half a pixel off the centres.
 *
 * @throws RangeError if three of the end points lie on a line
 */
export function perspective(
  image: FloatImage,
  startPoints: Quadrangle,
  endPoints: Quadrangle,
  options: WarpOptions = {},
): FloatImage {
  const projection = shiftByHalfPixel(perspectiveCoefficients(startPoints, endPoints));
  return warp(image, projection, { interpolation: 'bilinear', ...options });
}

/** The coefficients that take the end points back to the start points. */
export function perspectiveCoefficients(startPoints: Quadrangle, endPoints: Quadrangle): Projection {
  const rows: number[][] = [];
  endPoints.forEach(([x, y], corner) => {
    const [startX, startY] = startPoints[corner] as Point;
    rows.push([x, y, 1, 0, 0, 0, -startX * x, -startX * y, startX]);
    rows.push([0, 0, 0, x, y, 1, -startY * x, -startY * y, startY]);
  });
  return solve(rows) as unknown as Projection;
}

/** The same map for coordinates that count from the centre of the first pixel instead of its corner. */
function shiftByHalfPixel([a, b, c, d, e, f, g, h]: Projection): Projection {
  const scale = 1 / (1 + (g + h) / 2);
  return [
    (a - g / 2) * scale,
    (b - h / 2) * scale,
    (c + (a + b) / 2) * scale - 0.5,
    (d - g / 2) * scale,
    (e - h / 2) * scale,
    (f + (d + e) / 2) * scale - 0.5,
    g * scale,
    h * scale,
  ];
}

/** Gauss–Jordan elimination with row pivoting of `n` rows of `n` coefficients and a right-hand side. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(at(row, column)) > Math.abs(at(best, column)) ? row : best));
    if (Math.abs(at(pivot, column)) < 1e-12) {
      throw new RangeError(
        'perspective: three of the end points lie on a line; give the corners of a quadrangle',
      );
    }
    rows[rows.indexOf(pivot)] = rows[column] as number[];
    rows[column] = pivot.map((value) => value / at(pivot, column));
    for (let other = 0; other < size; other++) {
      const factor = at(rows[other] as number[], column);
      if (other === column || factor === 0) continue;
      rows[other] = (rows[other] as number[]).map(
        (value, i) => value - factor * at(rows[column] as number[], i),
      );
    }
  }
  return rows.map((row) => at(row, size));
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
