import { unknownNameError } from '@ssl/errors';
import { z } from 'zod';

/** What is needed of transforms to make a union of their schemas. */
interface Named<Schema extends z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * A union of transforms' schemas; its message for a wrong name says the nearest right one.
 *
 * @param kind what they are, for messages: `transform of image samples`
 */
export function transformUnion<Schema extends z.ZodType>(
  transforms: readonly Named<Schema>[],
  kind = 'transform',
): z.ZodType<z.output<Schema> & { readonly name: string }, z.input<Schema> & { readonly name: string }> {
  const names = transforms.map(({ name }) => name);
  const schemas = transforms.map(({ schema }) => schema as unknown as z.ZodObject);
  return z.discriminatedUnion('name', schemas as [z.ZodObject, ...z.ZodObject[]], {
    error: ({ input }) => {
      const name = typeof input === 'object' && input !== null && 'name' in input ? input.name : undefined;
      if (typeof name === 'string') return unknownNameError(kind, name, names).message;
      return 'expected a transform: an object with its "name" and its parameters';
    },
  }) as unknown as ReturnType<typeof transformUnion<Schema>>;
}
