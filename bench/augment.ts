/**
 * Images that one core augments in a second, by recipe: random pixels in memory to finished views. The best and the
 * median of many short slices: the best is what the code can do, the median what else the machine was doing.
 * `npx tsx --conditions=@ssl/source bench/augment.ts [seconds per recipe]`
 */
import {
  applyRecipe,
  cifar10LightlyRecipe,
  cifar10Normalization,
  cifar10RotationRecipe,
  cifar10SimclrRecipe,
  cifar10SmallRecipe,
  cifar10SoloLearnRecipe,
  evaluationRecipe,
  imagenetSimclrRecipe,
  selfClassifierImagenetRecipe,
  type RawImage,
  type ViewRecipe,
} from '../packages/augment/src/index.ts';
import { createRandom } from '../packages/random/src/index.ts';

const seconds = Number(process.argv[2] ?? 2);
const cifarSize = { height: 32, width: 32, channels: 3 };
const recipes: readonly (readonly [string, RawImage[], ViewRecipe])[] = [
  ['cifar10-small 32 px', imagesOf(32, 32), cifar10SmallRecipe()],
  ['cifar10-simclr 32 px', imagesOf(32, 32), cifar10SimclrRecipe()],
  ['cifar10-lightly 32 px', imagesOf(32, 32), cifar10LightlyRecipe()],
  ['cifar10-solo-learn 32 px', imagesOf(32, 32), cifar10SoloLearnRecipe()],
  ['cifar10-rotation 32 px', imagesOf(32, 32), cifar10RotationRecipe()],
  ['evaluation 32 px', imagesOf(32, 32), evaluationRecipe(cifarSize, cifar10Normalization)],
  ['imagenet-simclr 500×375', imagesOf(375, 500), imagenetSimclrRecipe()],
  ['self-classifier 500×375', imagesOf(375, 500), selfClassifierImagenetRecipe()],
];

for (const [name, images, recipe] of recipes) {
  slices(images, recipe, seconds / 4);
  const rates = slices(images, recipe, seconds).sort((a, b) => a - b);
  const views = Object.values(recipe.groups).reduce((sum, { count }) => sum + count, 0);
  const [best = 0, median = 0] = [rates.at(-1), rates[rates.length >> 1]];
  console.log(
    `${name.padEnd(26)} ${views} views each: best ${best.toFixed(0).padStart(6)} images/s, ` +
      `median ${median.toFixed(0).padStart(6)}`,
  );
}

/** Images a second of slices of at least 10 ms, until `duration` seconds are over. */
function slices(images: readonly RawImage[], recipe: ViewRecipe, duration: number): number[] {
  const random = createRandom('bench');
  const rates: number[] = [];
  const end = performance.now() + duration * 1000;
  for (let start = performance.now(), done = 0; start < end;) {
    const before = done;
    let spent = 0;
    while (spent < 10) {
      applyRecipe(images[done % images.length] as RawImage, recipe, random.split(done++));
      spent = performance.now() - start;
    }
    rates.push(((done - before) * 1000) / spent);
    start = performance.now();
  }
  return rates;
}

function imagesOf(height: number, width: number): RawImage[] {
  const random = createRandom('images', height, width);
  return Array.from({ length: 64 }, () => {
    const data = Uint8Array.from({ length: height * width * 3 }, () => random.integer(256));
    return { height, width, channels: 3, data };
  });
}
