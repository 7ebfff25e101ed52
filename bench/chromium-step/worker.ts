import { createBenchNetwork } from '../../apps/trainer/src/bench/bench-network.ts';
import { useBackend } from '../../packages/backend/src/browser.ts';

/** What the page is asked for. */
export interface StepRequest {
  readonly backbone: string;
  readonly width: string;
  readonly batchSize: string;
  readonly steps: string;
  readonly threads: string;
}

/** Milliseconds of every step, and of every forward pass by running statistics. */
export interface StepTimes {
  readonly description: string;
  readonly train: readonly number[];
  readonly inference: readonly number[];
}

self.onmessage = ({ data }: MessageEvent<StepRequest>) =>
  void measure(data).then(
    (times) => self.postMessage(times),
    (error: unknown) => self.postMessage({ error: String(error) }),
  );

/** The steps of `ssl bench`, after two that do not count. */
async function measure({ backbone, width, batchSize, steps, threads }: StepRequest): Promise<StepTimes> {
  const { description } = await useBackend('wasm', { threads: Number(threads) });
  const sizes = { backbone, width: Number(width), batchSize: Number(batchSize), imageSize: 32 };
  const network = createBenchNetwork({ ...sizes, steps: Number(steps) });
  const times = async (work: () => Promise<number>): Promise<number[]> => {
    const taken: number[] = [];
    for (let step = -2; step < Number(steps); step++) {
      const start = performance.now();
      await work();
      if (step >= 0) taken.push(performance.now() - start);
    }
    return taken;
  };
  return { description, train: await times(network.train), inference: await times(network.infer) };
}
