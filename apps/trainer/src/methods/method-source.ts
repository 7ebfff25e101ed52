import { z } from 'zod';

/** Where a method comes from that is not the library's own, as `config.json` keeps it. */
export const methodSourceSchema = z.object({
  /** As the user named it: `./my-method.ts`, or a package. */
  module: z.string(),
  /** Its file. */
  path: z.string(),
  /** SHA-256 of the file, hexadecimal. */
  sha256: z.string(),
  /** SHA-256 of each file that it imports by a relative path, and these in turn, by path from the file's folder. */
  imports: z.record(z.string(), z.string()).optional(),
});

/** See `methodSourceSchema`. */
export type MethodSource = z.output<typeof methodSourceSchema>;
