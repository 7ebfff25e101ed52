import type { AnyMethod } from '@ssl/losses';
import type { StepReport } from './step-report.ts';

/** Of the deviation of features spread evenly: below it, two rows have a cosine above 0.9995 on average. */
const collapsedFeatures = 0.02;
/**
 * The same for what the loss compares, which goes first: healthy projections of Self-Classifier and BYOL keep above
 * 0.6, and fall below this within tens of steps once nothing holds them apart.
 */
const collapsedProjections = 0.25;

/** Something that tells of a collapse. */
interface Sign {
  /** What is wrong, in words; `undefined` where all is well. */
  look(report: StepReport): string | undefined;
  /** Reports in a row that must show it: one alone may be a network that has not begun to learn. */
  readonly patience: number;
}

const signs: readonly Sign[] = [
  {
    patience: 1,
    look: ({ health }) =>
      spread(
        health,
        collapsedFeatures,
        'the features have collapsed: all images look alike to the network',
        'embeddingStd',
      ),
  },
  {
    patience: 2,
    look: ({ projectionHealth }) =>
      spread(
        projectionHealth,
        collapsedProjections,
        'the projections are collapsing: the loss can hardly tell images apart',
        'projectionStd',
      ),
  },
  { patience: 2, look: loneClass },
];

/**
 * Watches for networks that no longer tell images apart: features, or what the loss compares, that all point one way,
 * and classifiers that put all images into one class.
 *
 * @returns the warning when a report is the first of a collapse, else `undefined`
 */
export function createCollapseWatch(
  method: AnyMethod,
): (step: number, report: StepReport) => string | undefined {
  const seen = signs.map(() => 0);
  let warned = false;
  return (step, report) => {
    const found = signs.flatMap(({ look, patience }, index) => {
      const problem = look(report);
      const count = problem === undefined ? 0 : (seen[index] as number) + 1;
      seen[index] = count;
      return problem !== undefined && count >= patience ? [problem] : [];
    });
    const [problem] = found;
    const before = warned;
    warned = problem !== undefined;
    if (problem === undefined || before) return undefined;
    const advice = method.collapseAdvice ?? 'lower optimizer.learningRate or warm up longer';
    return `step ${step}: ${problem}; ${advice}`;
  };
}

function spread(
  health: StepReport['health'],
  share: number,
  problem: string,
  name: string,
): string | undefined {
  if (health === undefined) return undefined;
  const even = 1 / Math.sqrt(health.dim);
  if (health.embeddingStd >= share * even) return undefined;
  return (
    `${problem} (${name} ${health.embeddingStd.toPrecision(2)}, where evenly spread ones have ` +
    `${even.toPrecision(2)})`
  );
}

/** The metrics by which methods tell how many classes are in use: see `LossOutput.metrics`. */
const classesUsedMetric = /^classesUsed(\d+)(?:Head\d+)?$/;

function loneClass({ metrics }: StepReport): string | undefined {
  for (const [name, value] of Object.entries(metrics)) {
    const classes = Number(classesUsedMetric.exec(name)?.[1] ?? 0);
    if (classes > 1 && value <= 1) {
      return `the classes have collapsed: one of ${classes} holds all images (${name} ${value})`;
    }
  }
  return undefined;
}
