import type { Random } from '@ssl/random';

/** How much of the second of two colours is at a place of the image, in [0, 1]; x and y are in [0, 1] as well. */
export type Texture = (x: number, y: number) => number;

/** The kinds of textures. Each takes how wide a pixel is, so that it does not alias. */
const kinds: readonly ((random: Random, pixel: number) => Texture)[] = [
  gradient,
  stripes,
  dots,
  checks,
  clouds,
];

/** A texture of a random kind, place, direction and width. */
export function randomTexture(random: Random, pixel: number): Texture {
  const kind = kinds[random.integer(kinds.length)] as (typeof kinds)[number];
  return kind(random, pixel);
}

/** A direction, all equally likely, without sine and cosine: engines round those differently. */
export function randomDirection(random: Random): readonly [x: number, y: number] {
  for (;;) {
    const x = random.uniform(-1, 1);
    const y = random.uniform(-1, 1);
    const length = Math.sqrt(x * x + y * y);
    if (length > 0.1 && length <= 1) return [x / length, y / length];
  }
}

function gradient(random: Random): Texture {
  const [alongX, alongY] = randomDirection(random);
  const steepness = random.uniform(0.6, 1.2);
  return (x, y) => clamp(0.5 + steepness * ((x - 0.5) * alongX + (y - 0.5) * alongY));
}

function stripes(random: Random, pixel: number): Texture {
  const [alongX, alongY] = randomDirection(random);
  const { count, phase, sharpness } = period(random, pixel);
  return (x, y) => edge(wave((x * alongX + y * alongY) * count + phase) - 0.5, sharpness);
}

function checks(random: Random, pixel: number): Texture {
  const [alongX, alongY] = randomDirection(random);
  const { count, phase, sharpness } = period(random, pixel);
  return (x, y) => {
    const one = edge(wave((x * alongX + y * alongY) * count + phase) - 0.5, sharpness);
    const other = edge(wave((y * alongX - x * alongY) * count + phase) - 0.5, sharpness);
    return one + other - 2 * one * other;
  };
}

function dots(random: Random, pixel: number): Texture {
  const [alongX, alongY] = randomDirection(random);
  const { count, phase, sharpness } = period(random, pixel);
  const radius = random.uniform(0.25, 0.4);
  return (x, y) => {
    const acrossX = fraction((x * alongX + y * alongY) * count + phase) - 0.5;
    const acrossY = fraction((y * alongX - x * alongY) * count + phase) - 0.5;
    return edge(radius - Math.sqrt(acrossX * acrossX + acrossY * acrossY), sharpness);
  };
}

/** Random values on a lattice, smoothly joined. */
function clouds(random: Random): Texture {
  const cells = 2 + random.integer(4);
  const values = Float64Array.from({ length: (cells + 1) * (cells + 1) }, () => random.uniform());
  const at = (column: number, row: number) => values[row * (cells + 1) + column] as number;
  return (x, y) => {
    const column = Math.min(cells - 1, Math.floor(x * cells));
    const row = Math.min(cells - 1, Math.floor(y * cells));
    const shareX = smooth(x * cells - column);
    const shareY = smooth(y * cells - row);
    const above = at(column, row) + shareX * (at(column + 1, row) - at(column, row));
    const below = at(column, row + 1) + shareX * (at(column + 1, row + 1) - at(column, row + 1));
    return above + shareY * (below - above);
  };
}

/** How often a pattern repeats across the image, where it begins, and how steep its edges may be. */
function period(random: Random, pixel: number) {
  const count = random.uniform(2.5, 7);
  return { count, phase: random.uniform(), sharpness: 1 / (2 * count * pixel) };
}

/** 0 on one side, 1 on the other, with a ramp between. */
function edge(distance: number, sharpness: number): number {
  return clamp(0.5 + distance * sharpness);
}

/** A triangle wave of period 1 between 0 and 1. */
function wave(x: number): number {
  return Math.abs(2 * fraction(x) - 1);
}

function fraction(x: number): number {
  return x - Math.floor(x);
}

function smooth(x: number): number {
  return x * x * (3 - 2 * x);
}

function clamp(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}
