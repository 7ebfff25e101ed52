import type { AnyMethod, MetricDescription } from '@ssl/losses';
import { describe, expect, it } from 'vitest';
import { toyMethod } from '../fixtures/toy-training.testing.ts';
import { createCollapseWatch } from './collapse-watch.ts';
import type { StepReport } from './step-report.ts';

const described: Readonly<Record<string, MetricDescription>> = {
  loss: { title: 'loss' },
  inUse: {
    title: 'classes in use',
    collapsedWhen: { atMost: 1, problem: 'one of 8 classes holds all samples' },
  },
};

/** What is said of each report of a run, with the step at which it is said. */
function warningsOf(
  reports: readonly Partial<StepReport>[],
  metrics = described,
  method: AnyMethod = toyMethod,
): readonly string[] {
  const watch = createCollapseWatch(method, metrics);
  return reports.flatMap((report, index) => {
    const message = watch(index + 1, { loss: 1, gradientNorm: 1, metrics: {}, ...report });
    return message === undefined ? [] : [message];
  });
}

const using = (inUse: number): Partial<StepReport> => ({ metrics: { inUse } });
const spreadBy = (embeddingStd: number) => ({ embeddingStd, effectiveRank: 4, dim: 16 });

describe('createCollapseWatch', () => {
  it('tells of a metric that its description calls collapsed, in the second report in a row', () => {
    expect(warningsOf([using(1), using(5), using(1), using(1), using(1)])).toEqual([
      'step 4: the network is collapsing: one of 8 classes holds all samples (inUse 1); pull less',
    ]);
  });

  it('tells again after all was well', () => {
    const reports = [using(1), using(1), using(4), using(1), using(1)];
    expect(warningsOf(reports).map((line) => line.slice(0, 6))).toEqual(['step 2', 'step 5']);
  });

  it('has no opinion of metrics that nobody describes', () => {
    expect(warningsOf([using(0), using(0), using(0)], {})).toEqual([]);
    expect(warningsOf([using(0), using(0)], { inUse: { title: 'classes in use' } })).toEqual([]);
  });

  it('tells of projections that lie on a line, where they have dimensions to spare', () => {
    const onLine = (dim: number) => ({
      projectionHealth: { embeddingStd: 1 / Math.sqrt(dim), effectiveRank: 1.8, dim },
    });
    expect(warningsOf([onLine(64), onLine(64)])).toEqual([
      'step 2: the projections are collapsing: they lie almost on a line (projectionRank 1.8 of 64 dimensions); pull less',
    ]);
    expect(warningsOf([onLine(4), onLine(4)])).toEqual([]);
  });

  it('tells of features at once, and of projections in the second report', () => {
    const health = spreadBy(0.004);
    expect(warningsOf([{ health }])[0]).toMatch(
      /^step 1: the features have collapsed: .* \(embeddingStd 0\.0040, where evenly spread ones have 0\.25\)/,
    );
    const projectionHealth = spreadBy(0.06);
    const [warning, ...others] = warningsOf([
      { projectionHealth },
      { projectionHealth },
      { projectionHealth },
    ]);
    expect(warning).toMatch(/^step 2: the projections are collapsing: .* \(projectionStd 0\.060/);
    expect(others).toEqual([]);
    expect(warningsOf([{ health: spreadBy(0.2), projectionHealth: spreadBy(0.2) }])).toEqual([]);
  });

  it('has advice for methods that give none', () => {
    const { collapseAdvice, ...method } = toyMethod;
    expect(collapseAdvice).toBe('pull less');
    expect(warningsOf([{ health: spreadBy(0) }], {}, method)[0]).toMatch(
      /; lower optimizer\.learningRate or warm up longer$/,
    );
  });
});
