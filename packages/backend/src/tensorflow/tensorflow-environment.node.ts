import { readFileSync } from 'node:fs';

/**
 * What the allocator of the GNU C library is told, and why: TensorFlow allocates every result anew, and by
 * default large blocks go back to the system at each free, so that each op faults its pages in again.
 */
const tunables = {
  // Transparent huge pages for the heap.
  'glibc.malloc.hugetlb': '1',
  // Blocks below 4 GiB come from the heap instead of a mapping of their own …
  'glibc.malloc.mmap_threshold': '4294967296',
  // … and the heap keeps up to 16 GiB that are free.
  'glibc.malloc.trim_threshold': '17179869184',
} as const;

/**
 * Environment variables that a launcher should set before it starts a process that uses native TensorFlow: the
 * allocator reads them only at the start. What they gain depends on the machine (up to 1.2 times the speed where
 * page faults are dear, nothing elsewhere); results are the same.
 *
 * @param environment the launcher's own; tunables in it are kept and win
 * @returns variables to add; empty where the C library is not GNU's
 */
export function tensorflowEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  if (!hasGlibc()) return {};
  const own = environment.GLIBC_TUNABLES ?? '';
  const missing = Object.entries(tunables).filter(([name]) => !own.includes(`${name}=`));
  if (missing.length === 0) return {};
  const added = missing.map(([name, value]) => `${name}=${value}`);
  return { GLIBC_TUNABLES: [...(own === '' ? [] : [own]), ...added].join(':') };
}

/** Whether this process runs on the GNU C library, which TensorFlow's library needs. */
export function hasGlibc(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\/libc(\.so\.6|-2\.\d+\.so)/.test(readFileSync('/proc/self/maps', 'utf8'));
  } catch {
    return false;
  }
}
