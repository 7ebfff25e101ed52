import { audioModality, resolveAugmentation, type InputSpec, type ViewRecipe } from '@ssl/augment';
import { expect, it, onTestFinished } from 'vitest';

import { openDataset } from './open-dataset.node.ts';
import { oneStream } from './view-loader.ts';
import { createWorkerViewLoader } from './worker-view-loader.node.ts';

it('mixes the same recordings whatever the number of workers and the step that one starts at', async () => {
  const dataset = await openDataset('generated:tones?length=24&rate=4000');
  const bare = audioModality.inputFor(dataset.samples, { melBands: 16 });
  const input: InputSpec = { ...bare, normalization: { mean: [-8], std: [3] } };
  const { view } = resolveAugmentation('byol-a', input, 'strong');
  const recipe: ViewRecipe = { groups: { views: { count: 2, transforms: view } } };
  const inputsOf = async (workers: number, from: number): Promise<readonly Float32Array[]> => {
    const streams = oneStream(8);
    const loader = createWorkerViewLoader({ dataset, recipe, input, streams, seed: 3, workers });
    onTestFinished(() => loader.close());
    const all: Float32Array[] = [];
    for await (const { groups } of loader.batches(from, 5)) all.push(groups['views']?.inputs as Float32Array);
    return all;
  };
  const inline = await inputsOf(0, 0);
  expect(inline).toHaveLength(5);
  expect(await inputsOf(2, 0)).toEqual(inline);
  expect(await inputsOf(1, 3)).toEqual(inline.slice(3));

  // Without the mixing the views are others: what is mixed in counts.
  const alone: ViewRecipe = {
    groups: { views: { count: 2, transforms: view.filter(({ name }) => name !== 'randomMix') } },
  };
  const loader = createWorkerViewLoader({
    ...{ dataset, recipe: alone, input, streams: oneStream(8), seed: 3, workers: 0 },
  });
  for await (const { groups } of loader.batches(0, 1)) {
    expect(groups['views']?.inputs).not.toEqual(inline[0]);
  }
});
