/** Ten colours that can be told apart on light and on dark ground. */
const fewColours: readonly string[] = [
  ...['#4e79d8', '#e2a119', '#ee6a5b', '#43ad9a', '#8c5fd0'],
  ...['#5a9e3c', '#e279a8', '#9c6f4f', '#3aa7d6', '#8d92a3'],
];

/** For what has no class. */
export const otherColour = '#8a8f98';

/** A colour for each of `count` classes: hand-picked ones for up to ten. */
export function classColour(position: number, count: number): string {
  return count <= fewColours.length ? (fewColours[position] ?? otherColour) : hueColour(position);
}

/** One of any number of colours that are not among the hand-picked: hues a golden angle apart. */
export function hueColour(position: number): string {
  const hue = Math.round((position * 137.508) % 360);
  return `hsl(${hue} ${[62, 48, 75][position % 3]}% ${[52, 60, 45][position % 3]}%)`;
}
