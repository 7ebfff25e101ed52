import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/**
 * A process, by more than its number, which another gets after a restart or in a fresh container. Saved as JSON.
 */
export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /** Where the number is valid: one boot of one machine, and on Linux one namespace of process ids. */
  place: z.string(),
  /** When it started, in whatever unit the system counts; only on Linux. */
  started: z.string().optional(),
});

/** A process, by more than its number. */
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** Whether a process runs: `unknown` where it cannot be seen from here, e.g. in another container. */
export type Liveness = 'running' | 'gone' | 'unknown';

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const started = await startOf(process.pid);
  return { pid: process.pid, place: await ownPlace(), ...(started !== undefined && { started }) };
}

/** Whether a process that was identified earlier, here or elsewhere, still runs. One that waits to be reaped does not. */
export async function livenessOf({ pid, place, started }: ProcessIdentity): Promise<Liveness> {
  if (place !== (await ownPlace())) return 'unknown';
  if (process.platform === 'linux') return (await startOf(pid)) === started ? 'running' : 'gone';
  // Elsewhere the number alone is known, and another process may have got it.
  return exists(pid) ? 'unknown' : 'gone';
}

async function ownPlace(): Promise<string> {
  if (process.platform !== 'linux') return hostname();
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`.trim();
}

/** On Linux, when a process started, in ticks since the boot; `undefined` elsewhere, and for one that has ended. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may hold spaces and parentheses itself (man 5 proc_pid_stat).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || state === '' || 'ZXx'.includes(state) ? undefined : started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
