import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** A program that ended well. */
export interface ProgramRun<Document> {
  /** The JSON that it printed. */
  readonly document: Document;
  /** Share of the machine's processors that others took meanwhile, 0 to 1; 0 where the system does not tell. */
  readonly othersShare: number;
  /** Of the last minute, at its end. */
  readonly load: number;
}

/**
 * Runs a program that prints one JSON document, and watches how busy the machine is with other things meanwhile.
 *
 * @throws Error with what it wrote to standard error where it fails
 */
export async function runProgram<Document>(
  command: string,
  args: readonly string[],
): Promise<ProgramRun<Document>> {
  const before = systemTicks();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let own = 0;
  const watch = setInterval(() => (own = Math.max(own, processTicks(child.pid))), 200);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(watch));
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr.trim()}`);
  const after = systemTicks();
  const all = after.all - before.all;
  return {
    document: JSON.parse(stdout) as Document,
    othersShare: all > 0 ? Math.max(0, (after.busy - before.busy - own) / all) : 0,
    load: loadavg()[0] ?? NaN,
  };
}

/** The processor's name and how many there are. */
export function describeProcessor(): string {
  const all = cpus();
  return `${all[0]?.model.trim() ?? 'unknown processor'}, ${all.length} cores`;
}

/** Ticks of all processors since the start of the system, and those that were not idle (stolen ones included). */
function systemTicks(): { all: number; busy: number } {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    const all = ticks.reduce((sum, count) => sum + count, 0);
    return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
  } catch {
    return { all: 0, busy: 0 };
  }
}

/** Ticks that a process has computed, with all its threads. */
function processTicks(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
