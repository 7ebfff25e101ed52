import type { RawImage } from '@ssl/augment';
import type { Random } from '@ssl/random';

import type { Outline } from './outlines.ts';
import { randomPalette } from './palette.ts';
import { randomTexture } from './textures.ts';

/**
 * Draws a shape with everything else left to chance: its place, size, angle and proportions, the colours and
 * textures of shape and background, and some noise.
 *
 * It uses no operation that JavaScript engines round differently, so that a picture is the same everywhere.
 *
 * @param size side of the square image in pixels
 */
export function renderShape(outline: Outline, size: number, random: Random): RawImage {
  const pixel = 1 / size;
  const palette = randomPalette(random);
  const background = randomTexture(random, pixel);
  const inside = randomTexture(random, pixel);
  // The tangent of the angle, up to 22 degrees to either side.
  const tilt = random.uniform(-0.4, 0.4);
  const cos = 1 / Math.sqrt(1 + tilt * tilt);
  const sin = tilt * cos;
  const radius = random.uniform(0.25, 0.36);
  const room = 0.44 - radius;
  const centerX = 0.5 + random.uniform(-room, room);
  const centerY = 0.5 + random.uniform(-room, room);
  const stretch = random.uniform(0.9, 1.1);
  const noise = random.uniform(0, 0.03);

  const data = new Uint8Array(size * size * 3);
  for (let row = 0, to = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) * pixel;
      const y = (row + 0.5) * pixel;
      const acrossX = (x - centerX) / radius;
      const acrossY = (y - centerY) / radius;
      const distance = outline(
        (acrossX * cos + acrossY * sin) * stretch,
        (acrossY * cos - acrossX * sin) / stretch,
      );
      const coverage = Math.min(1, Math.max(0, 0.5 - (distance * radius) / pixel));
      const behind = coverage < 1 ? background(x, y) : 0;
      const front = coverage > 0 ? inside(x, y) : 0;
      const grain = noise * random.uniform(-1, 1);
      for (let channel = 0; channel < 3; channel++) {
        const under = mix(palette.background, channel, behind);
        const over = mix(palette.shape, channel, front);
        const sample = under + coverage * (over - under) + grain;
        data[to++] = Math.min(255, Math.max(0, Math.floor(sample * 255 + 0.5)));
      }
    }
  }
  return { height: size, width: size, channels: 3, data };
}

type Palette = ReturnType<typeof randomPalette>;

function mix([first, second]: Palette['shape'], channel: number, share: number): number {
  const low = first[channel] as number;
  return low + share * ((second[channel] as number) - low);
}
