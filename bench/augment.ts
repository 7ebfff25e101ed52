/**
 * Images that one core augments in a second, by recipe: random pixels in memory to finished views. The best and the
 * median of many short slices: the best is what the code can do, the median what else the machine was doing.
 * `npx tsx --conditions=@ssl/source bench/augment.ts [seconds per recipe]`
 */
import {
  applyRecipe,
  cifar10Normalization,
  evaluationRecipe,
  resolveAugmentation,
  viewTransforms,
  type ImageSample,
  type InputSpec,
  type ViewRecipe,
} from '../packages/augment/src/index.ts';
import { createRandom } from '../packages/random/src/index.ts';

const seconds = Number(process.argv[2] ?? 2);
const small = inputOf(32);
const large = inputOf(224);
type Case = readonly [name: string, images: readonly ImageSample[], input: InputSpec, recipe: ViewRecipe];
const cases: readonly Case[] = [
  ...['cifar10-small', 'simclr-cifar10', 'lightly-cifar10', 'solo-learn-cifar10'].map((name): Case => [
    `${name} 32 px`,
    imagesOf(32, 32),
    small,
    pairOf(name, small),
  ]),
  ['rotnet 32 px, four turns', imagesOf(32, 32), small, rotations()],
  ['evaluation 32 px', imagesOf(32, 32), small, evaluationRecipe(small)],
  ['simclr-imagenet 500×375', imagesOf(375, 500), large, pairOf('simclr-imagenet', large)],
  ['self-classifier 500×375', imagesOf(375, 500), large, multiCrop()],
];

for (const [name, images, input, recipe] of cases) {
  slices(images, input, recipe, seconds / 4);
  const rates = slices(images, input, recipe, seconds).sort((a, b) => a - b);
  const views = Object.values(recipe.groups).reduce((sum, { count }) => sum + count, 0);
  const [best = 0, median = 0] = [rates.at(-1), rates[rates.length >> 1]];
  console.log(
    `${name.padEnd(26)} ${views} views each: best ${best.toFixed(0).padStart(6)} images/s, ` +
      `median ${median.toFixed(0).padStart(6)}`,
  );
}

/** Images a second of slices of at least 10 ms, until `duration` seconds are over. */
function slices(
  images: readonly ImageSample[],
  input: InputSpec,
  recipe: ViewRecipe,
  duration: number,
): number[] {
  const random = createRandom('bench');
  const rates: number[] = [];
  const end = performance.now() + duration * 1000;
  for (let start = performance.now(), done = 0; start < end;) {
    const before = done;
    let spent = 0;
    while (spent < 10) {
      applyRecipe(images[done % images.length] as ImageSample, random.split(done++), { recipe, input });
      spent = performance.now() - start;
    }
    rates.push(((done - before) * 1000) / spent);
    start = performance.now();
  }
  return rates;
}

function inputOf(side: number): InputSpec {
  return {
    modality: 'image',
    shape: [side, side, 3],
    dtype: 'float32',
    normalization: cifar10Normalization,
  };
}

/** Two views, as most methods ask for them. */
function pairOf(name: string, input: InputSpec): ViewRecipe {
  const transforms = viewTransforms(resolveAugmentation(name, input, 'strong'), 2);
  return { groups: { views: { count: 2, transforms } } };
}

function rotations(): ViewRecipe {
  const choices = [0, 1, 2, 3].map((turns) => [{ name: 'rotate90', turns }]);
  return {
    shared: { shared: resolveAugmentation('rotnet', small, 'weak').view },
    groups: {
      views: {
        shared: 'shared',
        count: 4,
        transforms: [{ name: 'oneOf', pick: 'view', target: true, choices }],
      },
    },
  };
}

/** Two global and six local views. */
function multiCrop(): ViewRecipe {
  const augmentation = resolveAugmentation('self-classifier-imagenet', large, 'strong');
  return {
    groups: {
      views: { count: 2, transforms: viewTransforms(augmentation, 2) },
      local: { count: 6, transforms: augmentation.local ?? [] },
    },
  };
}

function imagesOf(height: number, width: number): ImageSample[] {
  const random = createRandom('images', height, width);
  return Array.from({ length: 64 }, () => {
    const data = Uint8Array.from({ length: height * width * 3 }, () => random.integer(256));
    return { modality: 'image', height, width, channels: 3, data, range: [0, 255] };
  });
}
