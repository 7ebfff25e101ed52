import type { KernelRunner } from './kernel-runner.ts';

/** An axis of a copy: its length, and bytes from an element to the next in the source. */
export interface CopyAxis {
  readonly size: number;
  readonly step: number;
}

/** Axes that the kernel has. */
const mostAxes = 5;

/** Axes of length 1 left out, and neighbours joined that are one axis in the source as well. */
export function joinAxes(axes: readonly CopyAxis[]): readonly CopyAxis[] {
  const joined: CopyAxis[] = [];
  for (const axis of axes) {
    const before = joined.at(-1);
    if (axis.size === 1) continue;
    if (before && before.step === axis.size * axis.step) {
      joined[joined.length - 1] = { size: before.size * axis.size, step: axis.step };
    } else {
      joined.push(axis);
    }
  }
  return joined;
}

/**
 * Runs the kernel `stridedCopy`: an array of elements of four bytes from `x`, its first element, to `out`.
 *
 * @returns whether it could: joined axes may be five at most
 */
export function runStridedCopy(
  runner: KernelRunner,
  x: number,
  out: number,
  axes: readonly CopyAxis[],
): boolean {
  const joined = joinAxes(axes);
  if (joined.length > mostAxes) return false;
  const none: CopyAxis = { size: 1, step: 0 };
  const last = joined.at(-1) ?? { size: 1, step: 4 };
  const [a, b, c, d] = [...Array<CopyAxis>(mostAxes).fill(none), ...joined.slice(0, -1)].slice(
    1 - mostAxes,
  ) as [CopyAxis, CopyAxis, CopyAxis, CopyAxis];
  const rows = a.size * b.size * c.size * d.size;
  const chunks = Math.max(1, Math.min(16, rows, Math.floor((rows * last.size) / 16_384)));
  runner.run('stridedCopy', rows, chunks, {
    ...{ x, out, length: last.size, step: last.step },
    ...{ step0: a.step, size1: b.size, step1: b.step },
    ...{ size2: c.size, step2: c.step, size3: d.size, step3: d.step },
  });
  return true;
}
