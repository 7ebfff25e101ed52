import { readFileSync } from 'node:fs';

/** Whether this process runs on the GNU C library, which the native libraries of backends need. */
export function hasGlibc(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\/libc(\.so\.6|-2\.\d+\.so)/.test(readFileSync('/proc/self/maps', 'utf8'));
  } catch {
    return false;
  }
}
