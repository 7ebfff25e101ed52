import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { beforeAll, expect, it } from 'vitest';
import { kMeansScores, pixelsBaseline, scoreBackbone } from './baselines.ts';
import type { SingleViewBatch } from './features/image-batch.ts';
import { expectNoLeak } from './fixtures/expect-no-leak.testing.ts';

const image = { height: 8, width: 8, channels: 3 };

/** Images of one of three colours, with noise. */
function colours(batchSize: number, seed: number): SingleViewBatch {
  const random = createRandom(seed);
  const labels = Int32Array.from({ length: batchSize }, () => random.integer(3));
  const images = Float32Array.from(
    { length: batchSize * 192 },
    (_, at) => (labels[Math.floor(at / 192)] === at % 3 ? 1 : 0) + random.normal(0, 0.3),
  );
  return { batchSize, labels, groups: { image: { count: 1, ...image, images } } };
}

beforeAll(async () => {
  await useBackend('wasm');
});

it('scores untrained features and pixels the same way', async () => {
  const backbone = createBackbone('resnet-tiny', { random: createRandom(0), image });
  const [train, test] = [[colours(40, 1), colours(20, 2)], [colours(30, 3)]];
  const options = { knn: { k: 20 }, linear: { maxIterations: 30 } };
  await expectNoLeak(async () => {
    for (const scores of [
      await pixelsBaseline(train, test, options),
      await scoreBackbone(backbone, train, test, options),
    ]) {
      expect(scores.knn).toMatchObject({ k: 20, scored: 30 });
      expect(scores.knn.top1).toBeGreaterThan(0.9);
      expect(scores.linear.top1).toBeGreaterThan(0.9);
      expect(scores.cluster).toMatchObject({ classes: 3, scored: 30 });
      expect(scores.cluster.acc).toBeGreaterThan(0.6);
    }
  });
  disposeModule(backbone);
});

it('needs labels to score', async () => {
  const unlabelled: SingleViewBatch = { batchSize: 4, groups: colours(4, 1).groups };
  await expect(pixelsBaseline([unlabelled], [unlabelled])).rejects.toThrow(
    'pixelsBaseline: train: expected batches with labels, got none',
  );
  const features = { features: new Float32Array(4), dim: 2 };
  await expect(kMeansScores(features, { ...features, labels: Int32Array.of(-1, -1) })).rejects.toThrow(
    'kMeansScores: test has no labelled row, so there is nothing to score',
  );
});
