import { z } from 'zod';

/** Where a method comes from that is not the library's own, as `config.json` keeps it. */
export const methodSourceSchema = z.object({
  /** As the user named it: `./my-method.ts`, or a package. */
  module: z.string(),
  /** Its file. */
  path: z.string(),
  /** SHA-256 of the file, hexadecimal. */
  sha256: z.string(),
});

/** See `methodSourceSchema`. */
export type MethodSource = z.output<typeof methodSourceSchema>;
