import {
  describeShape,
  evaluationGroup,
  evaluationRecipe,
  getModality,
  type InputSpec,
  type Normalization,
} from '@ssl/augment';
import { createInlineViewLoader, oneStream, subset, type Dataset } from '@ssl/data';
import { unknownNameError, UserError } from '@ssl/errors';
import { autoName, type TrainConfig } from '../config/train-config.ts';

/** Samples that are looked at, at most. */
const mostSamples = 5000;
/** Deviations below it are those of a channel that is constant: dividing by them would blow up noise. */
const leastDeviation = 1e-5;

/**
 * The normalisation that a setting means: numbers, a name of the modality's, `none`, or `auto`, which is measured on
 * up to 5,000 samples spread evenly over the data set, without chance.
 *
 * @returns `undefined` where nothing is to be normalised
 * @throws UserError for an unknown name, numbers that do not fit the channels, and samples that hold NaN
 */
export async function settleNormalization(
  setting: TrainConfig['normalization'],
  input: InputSpec,
  dataset: Dataset,
): Promise<Normalization | undefined> {
  if (setting === 'none' || input.dtype !== 'float32') return undefined;
  if (setting === autoName) return measureNormalization(input, dataset);
  const named = getModality(input.modality).normalizations;
  const normalization = typeof setting === 'string' ? named[setting] : setting;
  if (normalization === undefined) {
    throw unknownNameError('normalization', String(setting), [autoName, 'none', ...Object.keys(named)]);
  }
  const channels = input.shape.at(-1) ?? 1;
  const { mean, std } = normalization;
  if (mean.length === channels && std.length === channels) return normalization;
  throw new UserError(
    `normalization ${typeof setting === 'string' ? `"${setting}" ` : ''}has ${mean.length} means and ${std.length} standard deviations, and ` +
      `the inputs (${describeShape(input.shape)}) have ${channels} channels; use auto`,
  );
}

/** Mean and standard deviation of each channel over samples without augmentation, in float64. */
async function measureNormalization(input: InputSpec, dataset: Dataset): Promise<Normalization> {
  const channels = input.shape.at(-1) ?? 1;
  const count = Math.min(dataset.length, mostSamples);
  const indices = Int32Array.from({ length: count }, (_, place) =>
    Math.floor((place * dataset.length) / count),
  );
  const loader = createInlineViewLoader({
    dataset: subset(dataset, indices),
    ...{ input, recipe: evaluationRecipe(input), streams: oneStream(Math.min(64, count)) },
    ...{ seed: 0, shuffle: false, dropLast: false },
  });
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let values = 0;
  for await (const { groups } of loader.batches(0, loader.stepsPerEpoch)) {
    const data = groups[evaluationGroup]?.inputs ?? new Float32Array();
    for (let at = 0; at < data.length; at++) {
      const value = data[at] as number;
      const channel = at % channels;
      sums[channel] = (sums[channel] as number) + value;
      squares[channel] = (squares[channel] as number) + value * value;
    }
    values += data.length / channels;
  }
  const mean = Array.from(sums, (sum) => sum / values);
  const std = Array.from(squares, (sum, channel) => {
    const deviation = Math.sqrt(Math.max(0, sum / values - (mean[channel] as number) ** 2));
    return deviation < leastDeviation ? 1 : deviation;
  });
  if (![...mean, ...std].every(Number.isFinite)) {
    throw new UserError(`${dataset.name}: some samples hold NaN or infinity; remove or repair them`);
  }
  return { mean: mean.map(rounded), std: std.map(rounded) };
}

/** Six significant digits: enough, and the config stays readable. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
