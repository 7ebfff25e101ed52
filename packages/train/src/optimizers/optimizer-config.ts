import { z } from 'zod';

const learningRate = z.number().positive();
const momentum = z
  .number()
  .min(0)
  .lt(1)
  .default(0.9)
  .describe('share of the last step that is kept; 0 saves the memory for it');
const nesterov = z.boolean().default(false).describe('Nesterov’s look-ahead, as in PyTorch');
const weightDecay = z.number().min(0);
const weightDecayEnd = z
  .number()
  .min(0)
  .optional()
  .describe('weight decay at the end of training, reached by a cosine; default: it stays the same');
const decayHelp = 'share of each weight that is added to its gradient';
const excludeOneDimensional = z
  .boolean()
  .default(false)
  .describe(
    'leave biases and normalisation parameters (tensors of at most one dimension) without weight decay',
  );

/** `torch.optim.SGD` without dampening. */
export const sgdSchema = z.strictObject({
  name: z.literal('sgd').describe('stochastic gradient descent, as in PyTorch'),
  learningRate: learningRate.default(0.12).describe('base rate, which the schedule scales'),
  momentum,
  nesterov,
  weightDecay: weightDecay.default(5e-4).describe(decayHelp),
  weightDecayEnd,
  excludeOneDimensional,
});

const adamSettings = {
  learningRate: learningRate.default(1e-3).describe('base rate, which the schedule scales'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the mean gradient'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the mean square'),
  weightDecayEnd,
  excludeOneDimensional,
};

/** `torch.optim.Adam`: weight decay is added to the gradient. */
export const adamSchema = z.strictObject({
  name: z.literal('adam').describe('Adam, as in PyTorch'),
  ...adamSettings,
  weightDecay: weightDecay.default(0).describe(decayHelp),
});

/** `torch.optim.AdamW`: weight decay is apart from the gradient. */
export const adamwSchema = z.strictObject({
  name: z.literal('adamw').describe('Adam with decoupled weight decay, as in PyTorch'),
  ...adamSettings,
  weightDecay: weightDecay
    .default(0.01)
    .describe('share of each weight that is taken away at each step, times the rate'),
});

/** Whose LARS: see `createLars`. */
export const larsVariants = ['larc', 'lightly', 'barlow-twins', 'mae', 'solo-learn'] as const;

const larsClipVariants: readonly string[] = ['larc', 'solo-learn'];

/** LARS, by the name of the code that it equals. */
export const larsSchema = z
  .strictObject({
    name: z.literal('lars').describe('layer-wise adaptive rates over SGD, for large batches'),
    variant: z
      .enum(larsVariants)
      .default('larc')
      .describe('whose rule: larc is apex’s, with which Self-Classifier was trained'),
    learningRate: learningRate.default(4.8).describe('base rate, which the schedule scales'),
    momentum,
    nesterov,
    weightDecay: weightDecay.default(1e-6).describe(decayHelp),
    weightDecayEnd,
    trustCoefficient: z
      .number()
      .positive()
      .default(0.001)
      .describe('how far a step may go, as a share of the layer’s norm'),
    epsilon: z
      .number()
      .min(0)
      .default(1e-8)
      .describe('added to the gradient’s norm (barlow-twins and mae add none)'),
    clip: z
      .boolean()
      .default(false)
      .describe('never exceed the base rate; only larc and solo-learn know this'),
    excludeOneDimensional: z
      .boolean()
      .optional()
      .describe(
        'leave biases and normalisation parameters without decay and scaling; default: true for barlow-twins and mae, whose authors do',
      ),
    oneDimensionalRateFactor: z
      .number()
      .positive()
      .default(1)
      .describe(
        'rate of biases and normalisation parameters, as a share of the others’ (Barlow Twins: 0.024)',
      ),
  })
  .refine(({ clip, variant }) => !clip || larsClipVariants.includes(variant), {
    path: ['clip'],
    error: 'only the variants larc and solo-learn can clip',
  });

/** Which optimizer, with its settings. */
export const optimizerSchema = z.discriminatedUnion('name', [sgdSchema, adamSchema, adamwSchema, larsSchema]);

/** Settings of SGD, all given. */
export type SgdConfig = z.output<typeof sgdSchema>;

/** Settings of Adam or AdamW, all given. */
export type AdamConfig = z.output<typeof adamSchema> | z.output<typeof adamwSchema>;

/** Settings of LARS, all given. */
export type LarsConfig = z.output<typeof larsSchema>;

/** Settings of any optimizer, all given. */
export type OptimizerConfig = z.output<typeof optimizerSchema>;
