import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { expectClose, pick, readGolden } from '../fixtures/golden.testing.ts';
import { scheduleSchema } from './schedule-config.ts';
import { createSchedule } from './schedule.ts';
import type { z } from 'zod';

const golden = readGolden('optim.json');
const exact = { relative: 1e-12, floor: 1e-12 };

function rates(
  config: z.input<typeof scheduleSchema>,
  baseRate: number,
  epochs: number,
  stepsPerEpoch: number,
): number[] {
  const schedule = createSchedule(scheduleSchema.parse(config), { baseRate, epochs, stepsPerEpoch });
  return Array.from({ length: epochs * stepsPerEpoch }, (_, step) => schedule(step));
}

/** One column of a golden table. */
function column(name: string, output: string, index: number, columns: number): number[] {
  return pick(golden(name).outputs, output).data.filter((_, at) => at % columns === index);
}

describe('createSchedule, against the authors’ code', () => {
  it.each([
    ['schedule_selfclassifier_warmup_cosine', { name: 'cosine', warmupEpochs: 2, finalFactor: 0.001 }],
    ['schedule_selfclassifier_no_warmup', { name: 'cosine', warmupEpochs: 0, finalFactor: 0.001 }],
    ['schedule_selfclassifier_constant', { name: 'constant', warmupEpochs: 2 }],
  ] as const)('%s', (name, config) => {
    const settings = { ...config, warmupFactor: 0.3 / 4.8, convention: 'self-classifier' } as const;
    expectClose(rates(settings, 4.8, 6, 5), pick(golden(name).outputs, 'lr').data, exact);
  });

  it('schedule_barlow_authors', () => {
    const config = { name: 'cosine', warmupEpochs: 10, finalFactor: 0.001 } as const;
    // The authors’ rates are for a batch of 256 and scale with the batch: 512 here.
    expectClose(rates(config, 0.4, 20, 4), column('schedule_barlow_authors', 'lr', 0, 2), exact);
    expectClose(rates(config, 0.0096, 20, 4), column('schedule_barlow_authors', 'lr', 1, 2), exact);
  });

  it('schedule_simsiam', () => {
    const config = { name: 'cosine', per: 'epoch' } as const;
    const everyStep = rates(config, 0.1, 10, 3);
    const firstOfEpoch = everyStep.filter((_, step) => step % 3 === 0);
    expectClose(firstOfEpoch, column('schedule_simsiam', 'lr', 0, 2), exact);
    expect(everyStep[1]).toBe(everyStep[0]);
  });

  it('schedule_mae', () => {
    const config = { name: 'cosine', warmupEpochs: 4 } as const;
    expectClose(rates(config, 0.0015, 20, 2), pick(golden('schedule_mae').outputs, 'lr').data, exact);
  });

  it.each([
    ['schedule_lightly_cosine', 0],
    ['schedule_lightly_cosine_warmup', 3],
  ])('%s', (name, warmupEpochs) => {
    const config = { name: 'cosine', warmupEpochs, finalFactor: 0.001, convention: 'lightly' } as const;
    expectClose(rates(config, 1, 12, 1), pick(golden(name).outputs, 'lr').data, exact);
  });

  it('schedule_corinfomax_epoch', () => {
    const config = {
      name: 'cosine',
      warmupEpochs: 10,
      warmupFactor: 0.003 / 0.5,
      finalFactor: 1e-6 / 0.5,
      per: 'epoch',
      convention: 'self-classifier',
    } as const;
    expectClose(
      rates(config, 0.5, 25, 1),
      pick(golden('schedule_corinfomax_epoch').outputs, 'lr').data,
      exact,
    );
  });

  it('schedule_sela_main', () => {
    const config = { name: 'step', everyEpochs: 3 } as const;
    expectClose(rates(config, 0.08, 12, 1), pick(golden('schedule_sela_main').outputs, 'lr').data, exact);
  });

  it('schedule_rotnet_lut', () => {
    const { params, outputs } = golden('schedule_rotnet_lut');
    const config = { name: 'multi-step' as const, milestones: [60, 120, 160], factor: 0.2 };
    const all = rates(config, 0.1, 206, 1);
    const atEpochs = (params['epochs'] as number[]).map((epoch) => all[epoch] as number);
    expectClose(atEpochs, pick(outputs, 'lr').data, exact);
  });
});

describe('createSchedule', () => {
  it('is the small PyTorch reference’s: one epoch of warm-up from 0, then a cosine, per step', () => {
    const [stepsPerEpoch, epochs] = [39, 20];
    const total = stepsPerEpoch * epochs;
    const expected = Array.from({ length: total }, (_, it) =>
      it < stepsPerEpoch
        ? 0.12 * (it / stepsPerEpoch)
        : 0.12 * 0.5 * (1 + Math.cos((Math.PI * (it - stepsPerEpoch)) / (total - stepsPerEpoch))),
    );
    expectClose(rates({ name: 'cosine', warmupEpochs: 1 }, 0.12, epochs, stepsPerEpoch), expected, exact);
  });

  it('runs in a straight line', () => {
    expectClose(rates({ name: 'linear', finalFactor: 0.2 }, 1, 4, 1), [1, 0.8, 0.6, 0.4], exact);
  });

  it('allows a warm-up of the whole run, and refuses a longer one', () => {
    expectClose(rates({ name: 'cosine', warmupEpochs: 1 }, 1, 1, 4), [0, 0.25, 0.5, 0.75], exact);
    const tooLong = (): unknown => rates({ name: 'cosine', warmupEpochs: 2 }, 1, 1, 4);
    expect(tooLong).toThrow(/warm-up of 2 epochs does not fit into 1/);
    expect(tooLong).toThrow(expect.toSatisfy(isUserError));
  });

  it('takes a warm-up of one step in every convention', () => {
    const first = (convention: 'pytorch' | 'self-classifier' | 'lightly'): number | undefined =>
      rates({ name: 'constant', warmupEpochs: 1, warmupFactor: 0.5, convention }, 1, 2, 1)[0];
    expect([first('pytorch'), first('self-classifier'), first('lightly')]).toEqual([0.5, 0.5, 1]);
  });
});
