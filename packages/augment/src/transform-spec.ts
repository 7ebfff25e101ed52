import type { z } from 'zod';
import { oneOf } from './one-of.ts';
import { plainSchemas, plainTransforms, unionByName } from './plain-transforms.ts';

/** Every transform by its name; names and meanings are torchvision's (transforms.v2), in camelCase. */
export const transforms = { ...plainTransforms, oneOf };

type TransformSchema = (typeof transforms)[keyof typeof transforms]['schema'];

/**
 * One transform with its parameters, as JSON; each one's file in `transforms/` says what they mean and what their
 * defaults are. Ranges are `[low, high]`. A size is one number for a square or `[height, width]`.
 */
export type TransformSpec = z.input<TransformSchema>;

/** A `TransformSpec` with every default filled in. */
export type ResolvedTransform = z.output<TransformSchema>;

/** Checks a `TransformSpec` and fills in its defaults. */
export const transformSchema = unionByName<TransformSchema>([...plainSchemas, oneOf.schema]);
