import type { DurableFiles } from './durable-files.node.ts';
import type { MetricsRecord } from './run-store.ts';

/**
 * Adds a line to a run log. A line that does not fit on the disk leaves no part of itself behind.
 *
 * @param path of a `.jsonl` file, made when it is missing
 */
export async function appendMetricsLine(
  files: DurableFiles,
  path: string,
  record: MetricsRecord,
): Promise<void> {
  const before = (await files.size(path)) ?? 0;
  try {
    await files.append(path, `${JSON.stringify(record)}\n`);
  } catch (error) {
    await files.truncate(path, before).catch(() => undefined);
    throw error;
  }
}

/**
 * Keeps the lines of a run log up to a step, and of those only the whole ones. The file is replaced at once, or
 * not touched where nothing is to go.
 */
export async function rewindMetricsFile(files: DurableFiles, path: string, step: number): Promise<void> {
  const bytes = await files.read(path);
  if (bytes === undefined) return;
  const text = new TextDecoder().decode(bytes);
  const kept = text
    .split('\n')
    .filter((line) => isUpTo(line, step))
    .map((line) => `${line}\n`)
    .join('');
  if (kept === text) return;
  const replacement = `${path}.new`;
  await files.write(replacement, new TextEncoder().encode(kept));
  await files.rename(replacement, path);
}

function isUpTo(line: string, step: number): boolean {
  try {
    const record = JSON.parse(line) as Partial<MetricsRecord> | null;
    return typeof record?.step === 'number' && record.step <= step;
  } catch {
    return false;
  }
}
