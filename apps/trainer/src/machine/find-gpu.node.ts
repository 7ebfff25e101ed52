import { execFile } from 'node:child_process';

/**
 * Names of NVIDIA's GPUs here, as their driver's own program tells them.
 *
 * @returns empty where there is none, or no driver
 */
export function findGpus(): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const query = ['--query-gpu=name', '--format=csv,noheader'];
    execFile('nvidia-smi', query, { timeout: 10_000 }, (error, stdout) => {
      const lines = error ? [] : stdout.split('\n').map((line) => line.trim());
      resolve(lines.filter((line) => line !== ''));
    });
  });
}
