import { z } from 'zod';

/** How warm-up and decay count their ends: see `createSchedule`. */
export const scheduleConventions = ['pytorch', 'self-classifier', 'lightly'] as const;

const common = {
  warmupEpochs: z
    .number()
    .min(0)
    .default(0)
    .describe('epochs over which the rate grows linearly to its base; fractions are allowed'),
  warmupFactor: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('where the warm-up starts, as a share of the base rate'),
  per: z.enum(['step', 'epoch']).default('step').describe('how often the rate changes'),
  convention: z
    .enum(scheduleConventions)
    .default('pytorch')
    .describe('how warm-up and decay count their first and last step'),
};
const finalFactor = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe('where the rate ends, as a share of the base rate');
const factor = z.number().positive().lt(1).default(0.1).describe('what the rate is multiplied with');

/** How the learning rate runs over training. All rates are shares of the optimizer's base rate. */
export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant').describe('the base rate'), ...common }),
  z.strictObject({ name: z.literal('cosine').describe('half a cosine down'), ...common, finalFactor }),
  z.strictObject({ name: z.literal('linear').describe('a straight line down'), ...common, finalFactor }),
  z.strictObject({
    name: z.literal('step').describe('a drop every few epochs'),
    ...common,
    everyEpochs: z.int().min(1).default(30).describe('epochs between drops'),
    factor,
  }),
  z.strictObject({
    name: z.literal('multi-step').describe('a drop at each milestone'),
    ...common,
    milestones: z.array(z.int().min(1)).min(1).describe('epochs before which the rate drops'),
    factor,
  }),
]);

/** Settings of a schedule, all given. */
export type ScheduleConfig = z.output<typeof scheduleSchema>;
