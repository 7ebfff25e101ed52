import { useBackend } from '@ssl/backend/browser';
import { conformanceChecks, type ConformanceCheck, type ConformanceResult } from '@ssl/backend/testing';
import type { BackendInfo } from '@ssl/backend';

// A file of the tests, which the published package leaves out: this page is a part of the same workspace.
const goldenUrl = new URL('../../../../packages/backend/src/fixtures/layers.json', import.meta.url);

/** Told what happens, in order. */
export interface ChecksObserver {
  readonly onChecks: (checks: readonly ConformanceCheck[]) => void;
  /** `outcome`: the result, or why there is none. */
  readonly onCheck: (index: number, outcome: ConformanceResult | string) => void;
}

/** Runs the checks whose name contains `filter`, on a backend that was started. */
export async function runChecks(
  { name }: BackendInfo,
  filter: string,
  { onChecks, onCheck }: ChecksObserver,
): Promise<void> {
  const response = await fetch(goldenUrl);
  if (!response.ok) throw new Error(`${goldenUrl.href}: ${response.status} ${response.statusText}`);
  const wanted = filter.toLowerCase();
  const checks = conformanceChecks(await response.text()).filter((check) =>
    check.name.toLowerCase().includes(wanted),
  );
  onChecks(checks);
  // What ops are compared with must be loaded, too.
  await useBackend('cpu');
  for (const [index, check] of checks.entries()) {
    onCheck(
      index,
      await check
        .run(name)
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
    );
  }
}
