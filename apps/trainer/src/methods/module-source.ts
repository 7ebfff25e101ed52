import { z } from 'zod';

/** Where a module of a user’s own comes from, as `config.json` keeps it. */
export const moduleSourceSchema = z.object({
  /** As the user named it: `./my-method.ts`, or a package. */
  module: z.string(),
  /** Its file. */
  path: z.string(),
  /** SHA-256 of the file, hexadecimal. */
  sha256: z.string(),
  /** SHA-256 of each file that it imports by a relative path, and these in turn, by path from the file's folder. */
  imports: z.record(z.string(), z.string()).optional(),
});

/** See `moduleSourceSchema`. */
export type ModuleSource = z.output<typeof moduleSourceSchema>;
