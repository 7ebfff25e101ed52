import type { Random } from '@ssl/random';

/** Red, green and blue in [0, 1]. */
export type Color = readonly [red: number, green: number, blue: number];

/** The two colours of a texture. */
export type ColorPair = readonly [Color, Color];

/** Least difference of lightness between shape and background, so that the outline can be seen. */
const contrast = 0.34;

/**
 * Colours for a background and a shape. Hues are free, light on dark is as likely as dark on light; only lightness
 * keeps its distance.
 */
export function randomPalette(random: Random): { readonly background: ColorPair; readonly shape: ColorPair } {
  const distance = random.uniform(contrast, 0.55);
  const darker = random.uniform(0.14, 0.86 - distance);
  const [background, shape] = random.bernoulli(0.5)
    ? [darker, darker + distance]
    : [darker + distance, darker];
  return { background: randomPair(random, background, 0.02), shape: randomPair(random, shape, 0.04) };
}

/** Two colours of about this lightness, of any hue but much the same, and about as vivid. */
function randomPair(random: Random, lightness: number, maxSpread: number): ColorPair {
  const spread = random.uniform(0, maxSpread);
  const hue = random.uniform(0, 6);
  const vividness = random.uniform(0.2, 0.9);
  return [
    colorOf(hue, vividness, lightness - spread),
    colorOf(hue + random.uniform(-0.5, 0.5), vividness, lightness + spread),
  ];
}

/**
 * @param hue in sixths of the circle
 * @param vividness 0 is grey, 1 as vivid as this lightness (the luma of video) allows
 */
function colorOf(hue: number, vividness: number, lightness: number): Color {
  const pure = hueColor(hue);
  const luma = 0.299 * pure[0] + 0.587 * pure[1] + 0.114 * pure[2];
  // From grey towards the pure hue, until a channel meets 0 or 1.
  const limits = pure.map((channel) => {
    const direction = channel - luma;
    return direction > 0 ? (1 - lightness) / direction : lightness / -direction;
  });
  const step = vividness * Math.min(1, ...limits);
  const [red, green, blue] = pure.map((channel) => lightness + step * (channel - luma));
  return [red as number, green as number, blue as number];
}

/** The pure colour at a place of the circle of hues, in sixths from −6. */
function hueColor(hue: number): Color {
  const channel = (shift: number) => {
    const away = Math.abs(((hue + 6 + shift) % 6) - 3);
    return Math.min(1, Math.max(0, away - 1));
  };
  return [channel(0), channel(4), channel(2)];
}
