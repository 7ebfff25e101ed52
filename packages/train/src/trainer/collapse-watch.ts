import type { AnyMethod } from '@ssl/losses';
import type { StepReport } from './step-report.ts';

/** Of the deviation of features spread evenly: below it, two rows have a cosine above 0.9995 on average. */
const collapsedShare = 0.02;

/**
 * Watches for features that no longer tell images apart.
 *
 * @returns the warning when a report is the first of a collapse, else `undefined`
 */
export function createCollapseWatch(
  method: AnyMethod,
): (step: number, report: StepReport) => string | undefined {
  let collapsed = false;
  return (step, { health }) => {
    if (health === undefined) return undefined;
    const even = 1 / Math.sqrt(health.featureDim);
    const before = collapsed;
    collapsed = health.embeddingStd < collapsedShare * even;
    if (!collapsed || before) return undefined;
    const advice = method.collapseAdvice ?? 'lower optimizer.learningRate or warm up longer';
    return (
      `step ${step}: the features have collapsed: all images look alike to the network (embeddingStd ` +
      `${health.embeddingStd.toPrecision(2)}, where even features have ${even.toPrecision(2)}); ${advice}`
    );
  };
}
