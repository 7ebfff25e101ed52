/**
 * A command for the user to copy: with `npm run -s ssl --` before it where this one was started that way, and
 * quotes around what a shell would take apart.
 *
 * @param args without `ssl`
 * @param script the npm script that runs, `null` where none does
 */
export function commandLine(
  args: readonly string[],
  script: string | null = process.env['npm_lifecycle_event'] ?? null,
): string {
  const words = args.map((word) =>
    /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return [script === null ? 'ssl' : 'npm run -s ssl --', ...words].join(' ');
}
