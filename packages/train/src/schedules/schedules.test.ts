import { isUserError } from '@ssl/errors';
import { describe, expect, it } from 'vitest';
import { expectClose, numberOf, pick, readGolden, type GoldenCase } from '../fixtures/golden.testing.ts';
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
function column(reference: GoldenCase, index: number): number[] {
  const { data, shape } = pick(reference.outputs, 'lr');
  const columns = shape[1] as number;
  return data.filter((_, at) => at % columns === index);
}

describe('createSchedule, against the authors’ code', () => {
  it.each([
    'schedule_selfclassifier_warmup_cosine',
    'schedule_selfclassifier_no_warmup',
    'schedule_selfclassifier_constant',
  ])('%s', (name) => {
    const reference = golden(name);
    const { params, outputs } = reference;
    const base = numberOf(reference, 'base_value');
    const decay =
      params['final_value'] === null
        ? { name: 'constant' as const }
        : { name: 'cosine' as const, finalFactor: numberOf(reference, 'final_value') / base };
    const found = rates(
      {
        ...decay,
        warmupEpochs: numberOf(reference, 'warmup_epochs'),
        warmupFactor: numberOf(reference, 'start_warmup_value') / base,
        convention: 'self-classifier',
      },
      base,
      numberOf(reference, 'epochs'),
      numberOf(reference, 'niter_per_ep'),
    );
    expectClose(found, pick(outputs, 'lr').data, exact);
  });

  it('schedule_barlow_authors', () => {
    const reference = golden('schedule_barlow_authors');
    // What the authors' function has as constants: the epochs of warm-up, the last factor, and the batch that the
    // rates are for.
    const config = { name: 'cosine', warmupEpochs: 10, finalFactor: 0.001 } as const;
    const scale = numberOf(reference, 'batch_size') / 256;
    for (const [index, group] of ['weights', 'biases'].entries()) {
      const found = rates(
        config,
        scale * numberOf(reference, group),
        numberOf(reference, 'epochs'),
        numberOf(reference, 'niter_per_ep'),
      );
      expectClose(found, column(reference, index), exact);
    }
  });

  it('schedule_simsiam', () => {
    const reference = golden('schedule_simsiam');
    const [rate, epochs] = [numberOf(reference, 'init_lr'), numberOf(reference, 'epochs')];
    const everyStep = rates({ name: 'cosine', per: 'epoch' }, rate, epochs, 3);
    const firstOfEpoch = everyStep.filter((_, step) => step % 3 === 0);
    expectClose(firstOfEpoch, column(reference, 0), exact);
    expect(everyStep[1]).toBe(everyStep[0]);
    expectClose(rates({ name: 'constant' }, rate, epochs, 1), column(reference, 1), exact);
  });

  it('schedule_mae', () => {
    const reference = golden('schedule_mae');
    const [rate, epochs] = [numberOf(reference, 'lr'), numberOf(reference, 'epochs')];
    const { data } = pick(reference.outputs, 'lr');
    const config = {
      name: 'cosine',
      warmupEpochs: numberOf(reference, 'warmup_epochs'),
      finalFactor: numberOf(reference, 'min_lr') / rate,
    } as const;
    expectClose(rates(config, rate, epochs, data.length / epochs), data, exact);
  });

  it.each(['schedule_lightly_cosine', 'schedule_lightly_cosine_warmup'])('%s', (name) => {
    const reference = golden(name);
    const start = numberOf(reference, 'start');
    const config = {
      name: 'cosine',
      warmupEpochs: numberOf(reference, 'warmup_steps', 0),
      warmupFactor: numberOf(reference, 'warmup_start', 0) / start,
      finalFactor: numberOf(reference, 'end') / start,
      convention: 'lightly',
    } as const;
    const found = rates(config, start, numberOf(reference, 'max_steps'), 1);
    expectClose(found, pick(reference.outputs, 'lr').data, exact);
  });

  it('schedule_corinfomax_epoch', () => {
    const reference = golden('schedule_corinfomax_epoch');
    const rate = numberOf(reference, 'lr');
    const config = {
      name: 'cosine',
      warmupEpochs: numberOf(reference, 'warmup_epochs'),
      warmupFactor: numberOf(reference, 'warmup_start_lr') / rate,
      finalFactor: numberOf(reference, 'eta_min') / rate,
      per: 'epoch',
      convention: 'self-classifier',
    } as const;
    const found = rates(config, rate, numberOf(reference, 'max_epochs'), 1);
    expectClose(found, pick(reference.outputs, 'lr').data, exact);
  });

  it('schedule_sela_main', () => {
    const reference = golden('schedule_sela_main');
    const { data } = pick(reference.outputs, 'lr');
    const config = { name: 'step', everyEpochs: numberOf(reference, 'lrdrop') } as const;
    expectClose(rates(config, numberOf(reference, 'lr'), data.length, 1), data, exact);
  });

  it('schedule_rotnet_lut', () => {
    const { params, outputs } = golden('schedule_rotnet_lut');
    const table = params['LUT'] as readonly (readonly [number, number])[];
    const epochs = params['epochs'] as readonly number[];
    const [first = 0, second = 0] = table.map(([, rate]) => rate);
    const config = {
      name: 'multi-step' as const,
      milestones: table.slice(0, -1).map(([milestone]) => milestone),
      factor: second / first,
    };
    const all = rates(config, first, Math.max(...epochs) + 1, 1);
    const atEpochs = epochs.map((epoch) => all[epoch] as number);
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
