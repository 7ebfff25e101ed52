import { getMethod } from '@ssl/losses';
import { describe, expect, it } from 'vitest';
import { createNoiseDataset } from '../testing/noise-dataset.ts';
import { planRun, type RunPlan } from './run-plan.ts';

const dataset = createNoiseDataset({ height: 16, width: 24, channels: 3 }, 16);

function plan(name: string, config: Record<string, unknown> = {}): Promise<RunPlan> {
  return planRun({
    method: getMethod(name),
    dataset,
    config: { batchSize: 8, normalization: 'none', ...config },
  });
}

describe('the backbone of a plan', () => {
  it('is for auto the first that offers what the method needs', async () => {
    expect((await plan('byol')).config.backbone.name).toBe('resnet-tiny');
    expect((await plan('mae')).config.backbone.name).toBe('vit-micro');
  });

  it('tells the method the size of its patches', async () => {
    const masks = async (backbone: Record<string, unknown>): Promise<unknown> => {
      const { recipe } = await plan('mae', { backbone });
      return recipe.groups['view']?.transforms.at(-1);
    };
    const mask = { name: 'patchMask', ratio: 0.75 };
    expect(await masks({ name: 'vit-micro' })).toEqual({ ...mask, patchSize: [4, 4] });
    expect(await masks({ name: 'vit-tiny', patchSize: 8 })).toEqual({ ...mask, patchSize: [8, 8] });
  });
});
