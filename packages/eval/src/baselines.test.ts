import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule } from '@ssl/models';
import { createRandom } from '@ssl/random';
import { beforeAll, expect, it } from 'vitest';
import { inputsBaseline, kMeansScores, scoreBackbone } from './baselines.ts';
import type { SingleViewBatch } from './features/input-batch.ts';
import { expectNoLeak } from './fixtures/expect-no-leak.testing.ts';

const input = { modality: 'image', shape: [8, 8, 3], dtype: 'float32' } as const;

/** Images of one of three colours, with noise. */
function colours(size: number, seed: number): SingleViewBatch {
  const random = createRandom(seed);
  const labels = Int32Array.from({ length: size }, () => random.integer(3));
  const inputs = Float32Array.from(
    { length: size * 192 },
    (_, at) => (labels[Math.floor(at / 192)] === at % 3 ? 1 : 0) + random.normal(0, 0.3),
  );
  return {
    streams: { samples: { size, labels } },
    groups: { sample: { count: 1, shape: input.shape, inputs } },
  };
}

beforeAll(async () => {
  await useBackend('wasm');
});

it('scores untrained features and the inputs themselves the same way', async () => {
  const backbone = createBackbone('resnet-tiny', { random: createRandom(0), input });
  const [train, test] = [[colours(40, 1), colours(20, 2)], [colours(30, 3)]];
  const options = { knn: { k: 20 }, linear: { maxIterations: 30 } };
  await expectNoLeak(async () => {
    for (const scores of [
      await inputsBaseline(train, test, options),
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
  const unlabelled: SingleViewBatch = {
    streams: { samples: { size: 4 } },
    groups: colours(4, 1).groups,
  };
  await expect(inputsBaseline([unlabelled], [unlabelled])).rejects.toThrow(
    'inputsBaseline: train: expected batches with labels, got none',
  );
  const features = { features: new Float32Array(4), dim: 2 };
  await expect(kMeansScores(features, { ...features, labels: Int32Array.of(-1, -1) })).rejects.toThrow(
    'kMeansScores: test has no labelled row, so there is nothing to score',
  );
});
