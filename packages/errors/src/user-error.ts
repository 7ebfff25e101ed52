/**
 * A mistake of the person who uses the library or the command: a missing path, an unknown name, a wrong
 * option. Its message is one line that says what was wrong, where, and what to do; the command prints that
 * line without a stack and exits with status 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/**
 * Whether `error` is a user's mistake. By name rather than `instanceof`, so that two installed copies of this
 * package agree.
 */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
}
