import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const everyMilliseconds = 500;

/** Watches a download by the size of the file that grows below a folder. */
export interface DownloadMeter {
  /** Reads how much there is to come from a line of pip's, where the line says so. */
  readLine(line: string): void;
  stop(): void;
}

/**
 * Tells twice a second how far pip is. pip's own bar is for people only and its machine-readable one is missing
 * before version 24.1; but the file grows under its temporary folder, and its size stands in the line before.
 *
 * @param folder where pip is told to put its temporary files
 */
export function createDownloadMeter(
  folder: string,
  report: (bytes: { done: number; total: number }) => void,
): DownloadMeter {
  let total = 0;
  let stopped = false;
  const timer = setInterval(() => {
    if (total === 0) return;
    void largestWheel(folder).then((done) => {
      if (!stopped && done > 0) report({ done: Math.min(done, total), total });
    });
  }, everyMilliseconds).unref();
  return {
    readLine(line) {
      total = downloadSize(line) ?? total;
    },
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** Bytes that a line such as `Downloading x.whl (273.8 MB)` announces. */
export function downloadSize(line: string): number | undefined {
  const found = /^\s*Downloading \S+\.whl \(([\d.]+) ?([kMG])B\)/.exec(line);
  if (!found) return undefined;
  return Number(found[1]) * { k: 1e3, M: 1e6, G: 1e9 }[found[2] as 'k' | 'M' | 'G'];
}

async function largestWheel(folder: string): Promise<number> {
  // Files come and go meanwhile.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names
    .filter((name) => name.endsWith('.whl'))
    .map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}
