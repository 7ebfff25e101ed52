import { expect, it } from 'vitest';
import { minimizeLbfgs, type Evaluation } from './minimize-lbfgs.ts';

/** Rosenbrock's valley; least at (1, 1). */
function valley(point: Float64Array): Promise<Evaluation> {
  const [x = 0, y = 0] = point;
  return Promise.resolve({
    value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
  });
}

it('follows a bent valley to its end', async () => {
  const start = Float64Array.of(-1.2, 1);
  const minimum = await minimizeLbfgs(valley, start, { gradientTolerance: 1e-9 });
  expect(minimum.converged).toBe(true);
  expect(minimum.iterations).toBeLessThan(60);
  expect(minimum.point[0]).toBeCloseTo(1, 8);
  expect(minimum.point[1]).toBeCloseTo(1, 8);
  expect([...start]).toEqual([-1.2, 1]);
});

it('never goes up, with any few remembered steps', async () => {
  for (const history of [1, 3, 20]) {
    let before = Infinity;
    for (let maxIterations = 0; maxIterations < 15; maxIterations++) {
      const { value, iterations } = await minimizeLbfgs(valley, Float64Array.of(-1.2, 1), {
        maxIterations,
        history,
      });
      expect(iterations).toBe(maxIterations);
      expect(value).toBeLessThan(before);
      before = value;
    }
  }
});

it('says when it has not converged', async () => {
  const stopped = await minimizeLbfgs(valley, Float64Array.of(-1.2, 1), { maxIterations: 5 });
  expect(stopped).toMatchObject({ converged: false, iterations: 5 });
  const downhillForever = (point: Float64Array): Promise<Evaluation> =>
    Promise.resolve({ value: point[0] as number, gradient: Float64Array.of(1) });
  const endless = await minimizeLbfgs(downhillForever, Float64Array.of(0), { maxIterations: 3 });
  expect(endless.converged).toBe(false);
});

it('stays where the gradient vanishes', async () => {
  expect(await minimizeLbfgs(valley, Float64Array.of(1, 1))).toMatchObject({
    converged: true,
    iterations: 0,
  });
});
