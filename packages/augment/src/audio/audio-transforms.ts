import type { z } from 'zod';
import { patchMask } from '../image/transforms/patch-mask.ts';
import { randomMask } from '../image/transforms/random-mask.ts';
import { createOneOf } from '../one-of.ts';
import { transformUnion } from '../transform-union.ts';
import type { Transform } from '../transform.ts';
import { describeAudioSize, onSpectrograms, type AudioSize, type AudioValue } from './audio-transform.ts';
import { gaussianNoise } from './transforms/gaussian-noise.ts';
import { logMel } from './transforms/log-mel.ts';
import { randomEqualizer } from './transforms/random-equalizer.ts';
import { randomFloor } from './transforms/random-floor.ts';
import { randomLinearFader } from './transforms/random-linear-fader.ts';
import { randomMaskStripes } from './transforms/random-mask-stripes.ts';
import { randomMix } from './transforms/random-mix.ts';
import { randomResizeCrop } from './transforms/random-resize-crop.ts';
import { randomSegment } from './transforms/random-segment.ts';
import { randomWarp } from './transforms/random-warp.ts';
import { resizeFrames } from './transforms/resize-frames.ts';
import { segment } from './transforms/segment.ts';

/** All transforms but `oneOf`, which is made of them. */
const plainTransforms = {
  gaussianNoise,
  logMel,
  patchMask: onSpectrograms(patchMask),
  randomEqualizer,
  randomFloor,
  randomLinearFader,
  randomMask: onSpectrograms(randomMask),
  randomMaskStripes,
  randomMix,
  randomResizeCrop,
  randomSegment,
  randomWarp,
  resizeFrames,
  segment,
};

type PlainSchema = (typeof plainTransforms)[keyof typeof plainTransforms]['schema'];

const oneOf = createOneOf(
  plainTransforms as unknown as Readonly<Record<string, Transform<AudioValue, AudioSize>>>,
  transformUnion<PlainSchema>(Object.values(plainTransforms)),
  describeAudioSize,
);

/** Every transform of sound by its name. */
export const audioTransforms = { ...plainTransforms, oneOf };

type AudioTransformSchema = (typeof audioTransforms)[keyof typeof audioTransforms]['schema'];

/** One transform of sound with its parameters, as JSON; each one's file in `transforms/` says what they mean. */
export type AudioTransformSpec = z.input<AudioTransformSchema>;
