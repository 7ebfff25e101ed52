import { describe, expect, it } from 'vitest';
import { CommandError, runCommand } from './run-command.node.ts';

const node = (program: string, options = {}) => runCommand(process.execPath, ['-e', program], options);

describe('runCommand', () => {
  it('gives what the program writes, and each line as it comes', async () => {
    const lines: string[] = [];
    const program = 'process.stdout.write("one\\ntw"); process.stdout.write("o\\nthree")';
    expect(await node(program, { onLine: (line: string) => lines.push(line) })).toBe('one\ntwo\nthree');
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  it('says how a program failed, with its last lines', async () => {
    const failed = node('console.error("no compiler"); process.exit(3)');
    await expect(failed).rejects.toThrow(/failed \(status 3\): no compiler$/);
    await expect(failed).rejects.toBeInstanceOf(CommandError);
  });

  it('says that a program is not there', async () => {
    await expect(runCommand('no-such-program-at-all', [])).rejects.toThrow(
      /^no-such-program-at-all cannot be run: .*ENOENT/,
    );
  });

  it('ends the program when asked to', async () => {
    const reason = new Error('stopped by the user');
    await expect(node('setInterval(() => {}, 1000)', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
