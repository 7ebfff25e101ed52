import { useBackend } from '@ssl/backend/node';
import { createRandom } from '@ssl/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden, goldenTensor, readGolden, type GoldenCase } from '../fixtures/golden.testing.ts';
import { dinoLoss, updateCentre } from './dino-loss.ts';

describe.each(['wasm', 'cpu'] as const)(
  'dinoLoss and updateCentre on %s, against the authors’ code',
  (backend) => {
    beforeAll(async () => {
      await useBackend(backend, { threads: 1 });
    });

    it.each(readGolden('dino.json'))('$name', (reference) => {
      tf.tidy(() => {
        const { params, inputs } = reference;
        const temperatures = params['teacher_temp'] as number[];
        const batch = params['N'] as number;
        const views = (of: tf.Tensor): tf.Tensor2D[] => tf.split(of as tf.Tensor2D, of.shape[0]! / batch);
        let centre = tf.zeros<tf.Rank.R1>([dimOf(reference)]);
        for (const [step, teacherTemperature] of temperatures.entries()) {
          const student = goldenTensor<tf.Tensor2D>(inputs, `student_step${step}`);
          const teacher = views(goldenTensor(inputs, `teacher_step${step}`));
          expect(views(student)).toHaveLength(params['crops'] as number);
          const { value, grad } = tf.valueAndGrad((logits) =>
            dinoLoss(views(logits), teacher, centre, {
              studentTemperature: params['student_temp'] as number,
              teacherTemperature,
            }),
          )(student);
          expectGolden(value, reference, `loss_step${step}`);
          expectGolden(grad, reference, `grad_student_step${step}`);
          centre = updateCentre(centre, teacher, params['center_momentum'] as number);
          expectGolden(centre, reference, `center_step${step}`);
        }
      });
    });
  },
);

describe('dinoLoss', () => {
  const logits = (seed: number, size = 1): tf.Tensor2D => {
    const random = createRandom(seed);
    return tf.tensor2d(
      Float32Array.from({ length: 12 }, () => size * random.uniform(-1, 1)),
      [3, 4],
    );
  };
  const centre = (): tf.Tensor1D => tf.tensor1d([0.1, -0.2, 0.3, 0]);

  it('is log(dim) for a uniform student, and 0 where student and teacher are sure of the same', () => {
    tf.tidy(() => {
      const uniform = [tf.zeros<tf.Rank.R2>([3, 4]), tf.zeros<tf.Rank.R2>([3, 4])];
      expect(dinoLoss(uniform, [logits(1), logits(2)], centre()).dataSync()[0]).toBeCloseTo(Math.log(4), 5);
      const sure = tf.mul(tf.oneHot(tf.tensor1d([0, 2, 3], 'int32'), 4), 20) as tf.Tensor2D;
      expect(dinoLoss([sure, sure], [sure, sure], tf.zeros([4])).dataSync()[0]).toBeCloseTo(0, 5);
    });
  });

  it('has the gradient that finite differences give, and none for the teacher and the centre', () => {
    tf.tidy(() => {
      const [first, second, third] = [logits(1, 0.3), logits(2, 0.3), logits(3, 0.3)];
      const teacher = [logits(4, 0.3), logits(5, 0.3)] as const;
      const loss = (...[a, b, c, d, e, m]: tf.Tensor[]): tf.Scalar =>
        dinoLoss([a, b, c] as tf.Tensor2D[], [d, e] as tf.Tensor2D[], m as tf.Tensor1D, {
          studentTemperature: 0.5,
          teacherTemperature: 0.3,
        });
      const inputs = [first, second, third, ...teacher, centre()];
      const gradients = tf
        .grads(loss)(inputs)
        .map((gradient) => gradient.dataSync());
      for (const constant of gradients.slice(3)) expect(constant.every((entry) => entry === 0)).toBe(true);
      for (const [input, index] of [
        [0, 0],
        [1, 7],
        [2, 11],
      ] as const) {
        const shifted = (by: number): number => {
          const moved = inputs[input]!.dataSync().slice();
          moved[index] = (moved[index] as number) + by;
          return loss(...inputs.with(input, tf.tensor2d(moved, [3, 4]))).dataSync()[0] as number;
        };
        const difference = (shifted(0.01) - shifted(-0.01)) / 0.02;
        expect(Math.abs((gradients[input]![index] as number) - difference)).toBeLessThan(2e-3);
      }
    });
  });

  it('leaves out the pair of a view with itself, with a single teacher’s view, too', () => {
    tf.tidy(() => {
      const teacher = [logits(1)];
      const both = dinoLoss([logits(2), logits(3)], teacher, centre()).dataSync()[0];
      expect(dinoLoss([logits(9), logits(3)], teacher, centre()).dataSync()[0]).toBe(both);
      expect(dinoLoss([logits(2), logits(9)], teacher, centre()).dataSync()[0]).not.toBe(both);
    });
  });

  it('stays finite for large logits', () => {
    tf.tidy(() => {
      const student = [logits(1, 1e6), logits(2, 1e6)];
      const { value, grads } = tf.valueAndGrads((...views: tf.Tensor[]) =>
        dinoLoss(views as tf.Tensor2D[], [logits(3, 1e6), logits(4, 1e6)], centre()),
      )(student);
      expect(Number.isFinite(value.dataSync()[0])).toBe(true);
      for (const gradient of grads) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
    });
  });

  it('leaves no tensor behind but its result; updateCentre neither, and keeps the old centre', () => {
    const [student, teacher] = [
      [logits(1), logits(2)],
      [logits(3), logits(4)],
    ];
    const old = centre();
    const before = tf.memory().numTensors;
    const loss = dinoLoss(student!, teacher!, old);
    const next = updateCentre(old, teacher!);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(old.isDisposed).toBe(false);
    tf.dispose([...student!, ...teacher!, old, loss, next]);
  });

  it('says what does not match', () => {
    tf.tidy(() => {
      const [a, b] = [logits(1), logits(2)];
      expect(() => dinoLoss([a], [b], centre())).toThrow('got 1 and 1 views');
      expect(() => dinoLoss([a, b], [], centre())).toThrow('got 2 and 0 views');
      expect(() => dinoLoss([a, b], [a, b], tf.zeros([5]))).toThrow('and [5]');
      expect(() => dinoLoss([a, tf.zeros([2, 4])], [a, b], centre())).toThrow('[3,4], [2,4], [3,4], [3,4]');
      expect(() => updateCentre(centre(), [])).toThrow('updateCentre: expected logits of at least one view');
    });
  });
});

function dimOf({ inputs }: GoldenCase): number {
  return inputs['student_step0']?.shape[1] as number;
}
