import { z } from 'zod';
import { rotate90 as turn } from '../functional/rotate90.ts';
import { withSize } from '../parameters.ts';
import { defineTransform } from '../image-transform.ts';

/** Turns by quarter turns, counter-clockwise. Source: `torch.rot90`; the pretext task of RotNet. */
export const rotate90 = defineTransform({
  name: 'rotate90',
  parameters: {
    /** 0, 1, 2 or 3 quarter turns. */
    turns: z.int().min(0).max(3),
  },
  outputSize: (input, { turns }) => (turns % 2 === 0 ? input : withSize(input, [input.width, input.height])),
  apply: (image, { turns }) => turn(image, turns),
});
