import type { ImageTransformSpec } from '../image-transforms.ts';

/** SimCLR's colour distortion: jitter with probability 0.8, then grey with probability 0.2. */
export function colourDistortion(strength: number): ImageTransformSpec[] {
  const jitter = 0.8 * strength;
  return [
    {
      name: 'colorJitter',
      brightness: jitter,
      contrast: jitter,
      saturation: jitter,
      hue: 0.2 * strength,
      probability: 0.8,
    },
    { name: 'randomGrayscale', probability: 0.2 },
  ];
}
