import { createOneOf } from '../one-of.ts';
import { transformUnion } from '../transform-union.ts';
import type { Transform } from '../transform.ts';
import type { TokenSize } from './token-transform.ts';
import { maskTokens } from './transforms/mask-tokens.ts';
import { randomTokenNoise } from './transforms/random-token-noise.ts';
import { leadingSpan, randomSpan } from './transforms/spans.ts';

/** All transforms but `oneOf`, which is made of them. */
const plainTransforms = { leadingSpan, maskTokens, randomSpan, randomTokenNoise };

type PlainSchema = (typeof plainTransforms)[keyof typeof plainTransforms]['schema'];

const oneOf = createOneOf(
  plainTransforms as unknown as Readonly<Record<string, Transform<Int32Array, TokenSize>>>,
  transformUnion<PlainSchema>(Object.values(plainTransforms)),
  ({ length }) => String(length),
);

/** Every transform of token ids by its name. */
export const tokenTransforms = { ...plainTransforms, oneOf };
