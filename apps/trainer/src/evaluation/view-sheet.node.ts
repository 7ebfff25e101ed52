import {
  applyRecipe,
  augmentationRecipeSchema,
  evaluationGroup,
  evaluationRecipe,
  getModality,
  partnerRandom,
  resolveAugmentation,
  validateRecipe,
  viewTransforms,
  type AugmentationRecipe,
  type InputSpec,
  type Picture,
  type Preview,
  type Sample,
  type ViewRecipe,
} from '@ssl/augment';
import type { Dataset } from '@ssl/data';
import { createRandom } from '@ssl/random';
import { checkSettings, type Settings } from '@ssl/train';

/** What to draw. */
export interface ViewSheetOptions {
  readonly dataset: Dataset;
  readonly input: InputSpec;
  /** A name, or a recipe as a file has it. */
  readonly augmentation: string | Settings;
  readonly samples: number;
  readonly views: number;
  readonly seed: number;
}

/** Samples beside their views: each row the sample, then its views. */
export interface ViewSheet {
  readonly rows: readonly (readonly Preview[])[];
}

const group = 'views';

/**
 * Makes the views of a few samples, spread over a data set, as people look at them.
 *
 * @throws UserError for an augmentation that is unknown, malformed, or does not fit the samples
 */
export async function makeViewSheet(options: ViewSheetOptions): Promise<ViewSheet> {
  const { dataset, input, views, seed } = options;
  const modality = getModality(input.modality);
  const recipe: ViewRecipe = {
    groups: { [group]: { count: views, transforms: viewTransforms(settle(options), views) } },
  };
  validateRecipe(recipe, dataset.samples, input);
  const count = Math.min(options.samples, dataset.length);
  const rows: Preview[][] = [];
  for (let row = 0; row < count; row++) {
    const index = Math.floor((row * dataset.length) / count);
    const random = createRandom(seed, 'views', 0, index);
    const sample = await dataset.read(index);
    const partners: Sample[] = [];
    for (let view = 0; view < views; view++) {
      const other = partnerRandom(random, group, view).integer(dataset.length);
      partners.push(await dataset.read(other));
    }
    const whole = applyRecipe(sample, random, { recipe: evaluationRecipe(input), input });
    const made = applyRecipe(sample, random, {
      ...{ recipe, input },
      partner: (_, view) => partners[view] as Sample,
    });
    const arrays = [...(whole[evaluationGroup]?.inputs ?? []), ...(made[group]?.inputs ?? [])];
    rows.push(arrays.map(({ data, shape }) => modality.previewView(data, shape, input)));
  }
  return { rows };
}

function settle({ augmentation, input }: ViewSheetOptions): AugmentationRecipe {
  return typeof augmentation === 'string'
    ? resolveAugmentation(augmentation, input, 'strong')
    : checkSettings(augmentationRecipeSchema, augmentation, () => 'augmentation file');
}

/** Pictures are shown at the whole multiple of their size that comes nearest to this many pixels. */
const preferredSide = 96;
const gap = 4;

/**
 * The rows of a sheet as one PNG picture, enlarged so that small views can be seen.
 *
 * @returns nothing where the previews are no pictures
 */
export async function drawViewSheet({ rows }: ViewSheet): Promise<Uint8Array | undefined> {
  const pictures = rows.map((row) => row.flatMap(({ picture }) => picture ?? []));
  const all = pictures.flat();
  if (all.length === 0) return undefined;
  const height = Math.max(...all.map((picture) => picture.height));
  const width = Math.max(...all.map((picture) => picture.width));
  const scale = Math.max(1, Math.round(preferredSide / Math.max(height, width)));
  const columns = Math.max(...pictures.map((row) => row.length));
  const cell = { height: height * scale + gap, width: width * scale + gap };
  const sheet = { height: pictures.length * cell.height + gap, width: columns * cell.width + 2 * gap };
  const pixels = new Uint8Array(sheet.height * sheet.width * 3).fill(255);
  for (const [row, line] of pictures.entries()) {
    for (const [column, picture] of line.entries()) {
      // The sample stands a little apart from its views.
      const left = gap + column * cell.width + (column > 0 ? gap : 0);
      paint(picture, scale, pixels, sheet.width, gap + row * cell.height, left);
    }
  }
  // Loaded when it is needed: a broken sharp must not keep other commands from running.
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { ...sheet, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

function paint(
  picture: Picture,
  scale: number,
  target: Uint8Array,
  targetWidth: number,
  top: number,
  left: number,
): void {
  const { height, width, channels, data } = picture;
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
      const to = ((top + y) * targetWidth + left + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        target[to + channel] = data[from + Math.min(channel, channels - 1)] as number;
      }
    }
  }
}
