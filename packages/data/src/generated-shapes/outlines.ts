/**
 * The signed distance of a point to an outline, below 0 inside: exact near the edge, where it is looked at. Shapes
 * lie about the origin with a radius of about 1; y points down.
 */
export type Outline = (x: number, y: number) => number;

type Point = readonly [x: number, y: number];

// All numbers come from +, −, ×, ÷ and √, which every JavaScript engine computes to the last bit alike; sines and
// cosines are not.
const cos36 = (1 + Math.sqrt(5)) / 4;
const sin36 = Math.sqrt(10 - 2 * Math.sqrt(5)) / 4;
const sin60 = Math.sqrt(3) / 2;

/** The outlines by the names of their classes, in the order of the labels. */
export const outlines: Readonly<Record<string, Outline>> = {
  disc: disc(0.9),
  ring: difference(disc(1), disc(0.52)),
  square: polygon([
    [-0.78, -0.78],
    [0.78, -0.78],
    [0.78, 0.78],
    [-0.78, 0.78],
  ]),
  triangle: polygon([
    [0, -1.1],
    [1.1 * sin60, 0.55],
    [-1.1 * sin60, 0.55],
  ]),
  star: polygon(starCorners(1.15, 0.48)),
  cross: polygon([
    [-0.3, -1],
    [0.3, -1],
    [0.3, -0.3],
    [1, -0.3],
    [1, 0.3],
    [0.3, 0.3],
    [0.3, 1],
    [-0.3, 1],
    [-0.3, 0.3],
    [-1, 0.3],
    [-1, -0.3],
    [-0.3, -0.3],
  ]),
  crescent: difference(disc(1), disc(0.82, 0.5)),
  heart: union(
    polygon([
      [0, -0.75],
      [0.85, 0.1],
      [0, 0.95],
      [-0.85, 0.1],
    ]),
    union(disc(0.85 * Math.sqrt(0.5), 0.425, -0.325), disc(0.85 * Math.sqrt(0.5), -0.425, -0.325)),
  ),
  arrow: polygon([
    [0, -1.08],
    [0.9, -0.08],
    [0.34, -0.08],
    [0.34, 1],
    [-0.34, 1],
    [-0.34, -0.08],
    [-0.9, -0.08],
  ]),
  hourglass: polygon([
    [-0.8, -0.94],
    [0.8, -0.94],
    [0.13, 0],
    [0.8, 0.94],
    [-0.8, 0.94],
    [-0.13, 0],
  ]),
};

function disc(radius: number, centerX = 0, centerY = 0): Outline {
  return (x, y) => Math.sqrt((x - centerX) * (x - centerX) + (y - centerY) * (y - centerY)) - radius;
}

function union(a: Outline, b: Outline): Outline {
  return (x, y) => Math.min(a(x, y), b(x, y));
}

/** What of `a` lies outside `b`. */
function difference(a: Outline, b: Outline): Outline {
  return (x, y) => Math.max(a(x, y), -b(x, y));
}

/** Distance to the nearest edge; the sign by counting the edges to one side (I. Quilez, "2D distance functions"). */
function polygon(corners: readonly Point[]): Outline {
  const edges = corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length] as Point;
    const [alongX, alongY] = [nextX - x, nextY - y];
    return { x, y, nextY, alongX, alongY, perSquare: 1 / (alongX * alongX + alongY * alongY) };
  });
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (const edge of edges) {
      const fromX = x - edge.x;
      const fromY = y - edge.y;
      const share = (fromX * edge.alongX + fromY * edge.alongY) * edge.perSquare;
      const along = share < 0 ? 0 : share > 1 ? 1 : share;
      const awayX = fromX - along * edge.alongX;
      const awayY = fromY - along * edge.alongY;
      nearest = Math.min(nearest, awayX * awayX + awayY * awayY);
      const downwards = edge.alongY > 0;
      const crosses = y >= edge.y !== y >= edge.nextY;
      if (crosses && edge.alongX * fromY > edge.alongY * fromX === downwards) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** The ten corners of a five-pointed star that points up. */
function starCorners(outer: number, inner: number): Point[] {
  const corners: Point[] = [];
  let [x, y]: Point = [0, -1];
  for (let corner = 0; corner < 10; corner++) {
    const radius = corner % 2 === 0 ? outer : inner;
    corners.push([radius * x, radius * y]);
    [x, y] = [x * cos36 - y * sin36, x * sin36 + y * cos36];
  }
  return corners;
}
