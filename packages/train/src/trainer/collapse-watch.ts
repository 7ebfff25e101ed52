import type { AnyMethod, MetricDescription } from '@ssl/losses';
import type { StepReport } from './step-report.ts';

/** Of the deviation of features spread evenly: below it, two rows have a cosine above 0.9995 on average. */
const collapsedFeatures = 0.02;
/**
 * The same for what the loss compares, which goes first: healthy projections of Self-Classifier and BYOL keep above
 * 0.6, and fall below this within tens of steps once nothing holds them apart.
 */
const collapsedProjections = 0.25;

/**
 * Effective rank of what the loss compares, where it has this many dimensions: batch norm behind a projector keeps its
 * outputs apart, and what collapses then falls onto a line. SimSiam's projections kept above 11 on generated shapes, and
 * fell below this within 48 steps without its stopped gradient.
 */
const [collapsedRank, fewestDimensions] = [2.5, 8];

/** Something that tells of a collapse. */
interface Sign {
  /** What is wrong, in words; `undefined` where all is well. */
  look(report: StepReport): string | undefined;
  /** Reports in a row that must show it: one alone may be a network that has not begun to learn. */
  readonly patience: number;
}

function signsFor(metrics: Readonly<Record<string, MetricDescription>>): readonly Sign[] {
  return [
    {
      patience: 1,
      look: ({ health }) =>
        spread(
          health,
          collapsedFeatures,
          'the features have collapsed: all samples look alike to the network',
          'embeddingStd',
        ),
    },
    {
      patience: 2,
      look: ({ projectionHealth }) =>
        spread(
          projectionHealth,
          collapsedProjections,
          'the projections are collapsing: the loss can hardly tell samples apart',
          'projectionStd',
        ),
    },
    { patience: 2, look: ({ projectionHealth }) => rank(projectionHealth) },
    { patience: 2, look: (report) => collapsedMetric(report, metrics) },
  ];
}

/**
 * Watches for networks that no longer tell images apart: features, or what the loss compares, that all point one way,
 * and metrics that the method describes as telling of a collapse, such as the number of classes in use.
 *
 * @param metrics how the method's metrics are to be read
 * @returns the warning when a report is the first of a collapse, else `undefined`
 */
export function createCollapseWatch(
  method: AnyMethod,
  metrics: Readonly<Record<string, MetricDescription>>,
): (step: number, report: StepReport) => string | undefined {
  const signs = signsFor(metrics);
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

function rank(health: StepReport['projectionHealth']): string | undefined {
  if (health === undefined || health.dim < fewestDimensions || health.effectiveRank >= collapsedRank) {
    return undefined;
  }
  return (
    'the projections are collapsing: they lie almost on a line ' +
    `(projectionRank ${health.effectiveRank.toPrecision(2)} of ${health.dim} dimensions)`
  );
}

function collapsedMetric(
  { metrics }: StepReport,
  descriptions: Readonly<Record<string, MetricDescription>>,
): string | undefined {
  for (const [name, { collapsedWhen }] of Object.entries(descriptions)) {
    const value = metrics[name];
    if (collapsedWhen !== undefined && value !== undefined && value <= collapsedWhen.atMost) {
      return `the network is collapsing: ${collapsedWhen.problem} (${name} ${value})`;
    }
  }
  return undefined;
}
