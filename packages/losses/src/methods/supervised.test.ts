import { isUserError } from '@ssl/errors';
import { createRandom } from '@ssl/random';
import { useBackend } from '@ssl/backend/node';
import { createBackbone, disposeModule } from '@ssl/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { supervised } from './supervised.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
});

describe('supervised', () => {
  it('says what is missing where the data have no labels', () => {
    const image = { height: 8, width: 8, channels: 3 };
    const random = createRandom(0);
    const backbone = createBackbone('resnet-tiny', { random, image, width: 2 });
    const context = {
      ...{ random, backbone, image, batchSize: 4, totalEpochs: 1, totalSteps: 1 },
      dataset: { length: 8 },
    };
    const init = (): unknown => supervised.init(context, { labelSmoothing: 0 });
    expect(init).toThrow('supervised: the data set has no labels; use one with a sub-folder for each class');
    expect(init).toThrow(expect.toSatisfy(isUserError));
    disposeModule(backbone);
  });
});
