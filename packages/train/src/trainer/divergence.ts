import type { StepReport } from './step-report.ts';

/** Training cannot go on: the loss or the gradients are no numbers any more. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/** Where a step stood. */
export interface StepPlace {
  /** Steps done, this one included. */
  readonly step: number;
  readonly learningRate: number;
  /** Step of the last checkpoint, where there is one. */
  readonly savedStep: number | undefined;
}

/** @throws DivergedError, with advice, if the loss or a gradient of the step is not finite */
export function checkFinite(report: StepReport, { step, learningRate, savedStep }: StepPlace): void {
  const { loss, gradientNorm } = report;
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  const what = Number.isFinite(loss) ? 'a gradient became' : 'the loss became';
  const value = Number.isFinite(loss) ? gradientNorm : loss;
  const kept =
    savedStep === undefined ? 'no checkpoint was saved yet' : `the checkpoint of step ${savedStep} stays`;
  throw new DivergedError(
    `training stopped: ${what} ${value} in step ${step}; lower optimizer.learningRate (it was ` +
      `${Number(learningRate.toPrecision(3))} in this step), warm up longer or clip gradients, and check the data; ${kept}`,
  );
}
