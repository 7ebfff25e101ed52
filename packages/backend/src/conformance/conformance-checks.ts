import * as tf from '@tensorflow/tfjs-core';
import { edgeCases, nonFiniteCases } from './edge-cases.ts';
import { goldenCases, goldenErrors, type GoldenCase } from './golden-cases.ts';
import { opCases, type OpCase } from './op-cases.ts';
import { opValues, relativeError } from './op-values.ts';
import { nonFiniteTransformerCases, transformerCases } from './transformer-cases.ts';
import { updateCases } from './update-cases.ts';

/** What a backend is compared with, and on what. */
export const conformanceGroups = ['shapes', 'edges', 'not finite', 'PyTorch'] as const;

/** One of {@link conformanceGroups}. */
export type ConformanceGroup = (typeof conformanceGroups)[number];

/** Largest relative errors that a backend may have. */
export interface ConformanceLimits {
  readonly value: number;
  readonly gradient: number;
}

/** Plain JavaScript errs itself, by less than what is allowed here; PyTorch's numbers are of float64. */
const conformanceLimits: Readonly<Record<ConformanceGroup, ConformanceLimits>> = {
  shapes: { value: 2e-5, gradient: 1e-4 },
  edges: { value: 2e-5, gradient: 1e-4 },
  'not finite': { value: 2e-5, gradient: 1e-4 },
  PyTorch: { value: 1e-5, gradient: 5e-5 },
};

/** How a backend did in a check. */
export interface ConformanceResult {
  /** Relative error of the value; Infinity where one of both is not finite. */
  readonly valueError: number;
  /** Largest relative error of a gradient. */
  readonly gradientError: number;
  /** Tensors and blocks of memory that are left over. */
  readonly leaked: number;
  /** Whether both errors are within the limits of the check, and nothing is left over. */
  readonly passed: boolean;
}

/** A value and its gradients that must be the same on every backend. */
export interface ConformanceCheck {
  readonly name: string;
  readonly group: ConformanceGroup;
  readonly limits: ConformanceLimits;
  /** Runs it on the named backend, which stays in use. The backend and `cpu` must have been loaded. */
  readonly run: (backend: string) => Promise<ConformanceResult>;
}

/**
 * All checks: ops against tfjs's plain JavaScript, and layers against PyTorch.
 *
 * @param golden text of `fixtures/layers.json`
 */
export function conformanceChecks(golden: string): readonly ConformanceCheck[] {
  return [
    ...[...opCases, ...transformerCases, ...updateCases].map((opCase) => againstCpu('shapes', opCase)),
    ...edgeCases.map((opCase) => againstCpu('edges', opCase)),
    ...[...nonFiniteCases, ...nonFiniteTransformerCases].map((opCase) => againstCpu('not finite', opCase)),
    ...goldenCases(golden).map(againstGolden),
  ];
}

function againstCpu(group: ConformanceGroup, opCase: OpCase): ConformanceCheck {
  const limits = conformanceLimits[group];
  return {
    name: opCase.name,
    group,
    limits,
    run: async (backend) => {
      await tf.setBackend('cpu');
      const expected = await opValues(opCase);
      return measure(backend, limits, async () => {
        const actual = await opValues(opCase);
        const gradients = actual.gradients.map((gradient, index) =>
          relativeError(gradient, expected.gradients[index] ?? []),
        );
        return [relativeError(actual.value, expected.value), Math.max(0, ...gradients)];
      });
    },
  };
}

function againstGolden(golden: GoldenCase): ConformanceCheck {
  const limits = conformanceLimits.PyTorch;
  return {
    name: golden.name,
    group: 'PyTorch',
    limits,
    run: (backend) =>
      measure(backend, limits, async () => {
        const { value, gradient } = await goldenErrors(golden);
        return [value, gradient];
      }),
  };
}

async function measure(
  backend: string,
  limits: ConformanceLimits,
  errors: () => Promise<[number, number]>,
): Promise<ConformanceResult> {
  await tf.setBackend(backend);
  // Else tfjs computes what is as small as these cases on the processor, and not with the kernels to check.
  if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
  const before = held();
  const [valueError, gradientError] = await errors();
  const leaked = held() - before;
  const passed = valueError <= limits.value && gradientError <= limits.gradient && leaked === 0;
  return { valueError, gradientError, leaked, passed };
}

/** Tensors, and blocks of the backend's memory: a kernel may leave over what no tensor knows of. */
function held(): number {
  return tf.memory().numTensors + tf.backend().numDataIds();
}
