import { useBackend } from '@ssl/backend/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossEntropyLoss } from './cross-entropy-loss.ts';
import { expectGolden, goldenTensor, readGolden } from '../fixtures/golden.testing.ts';
import { s4lLoss } from './s4l-loss.ts';

const rotations = 4;

/** The loss of rotation prediction; the rotations of an image are rows that follow each other. */
function rotationLoss(logits: tf.Tensor): tf.Scalar {
  const labels = Int32Array.from({ length: logits.shape[0] as number }, (_, row) => row % rotations);
  return crossEntropyLoss(logits as tf.Tensor2D, tf.tensor1d(labels, 'int32'));
}

describe.each(['wasm', 'cpu'] as const)('s4lLoss on %s, against the authors’ code', (backend) => {
  beforeAll(async () => {
    await useBackend(backend, { threads: 1 });
  });

  it.each(readGolden('s4l.json'))('$name', (reference) => {
    tf.tidy(() => {
      const { params, inputs } = reference;
      const labels = goldenTensor<tf.Tensor1D>(inputs, 'labels');
      const names = ['rot_logits_unsup', 'rot_logits_sup', 'class_logits_sup'] as const;
      const perSample = (logits: tf.Tensor): tf.Tensor3D =>
        tf.reshape(logits, [labels.shape[0], rotations, logits.shape[1] as number]);

      const { value, grads } = tf.valueAndGrads((unlabelled, labelled, classes) =>
        s4lLoss(
          perSample(classes as tf.Tensor),
          labels,
          [rotationLoss(unlabelled as tf.Tensor), rotationLoss(labelled as tf.Tensor)],
          { pretextWeight: params['w'] as number },
        ),
      )(names.map((name) => goldenTensor(inputs, name)));
      expectGolden(value, reference, 'loss');
      for (const [index, name] of names.entries()) {
        expectGolden(grads[index] as tf.Tensor, reference, `grad_${name}`);
      }

      const classes = perSample(goldenTensor(inputs, 'class_logits_sup'));
      expectGolden(s4lLoss(classes, labels, [tf.scalar(9)], { pretextWeight: 0 }), reference, 'loss_class');
      const pretext = ['rot_logits_unsup', 'rot_logits_sup'].map((name) =>
        rotationLoss(goldenTensor(inputs, name)),
      );
      const nothing = tf.fill([labels.shape[0]], -1, 'int32') as tf.Tensor1D;
      expectGolden(s4lLoss(classes, nothing, pretext), reference, 'loss_rot');
      expectGolden(tf.mean(classes, 1), reference, 'class_logits_avg4');
    });
  });
});

describe('s4lLoss', () => {
  it('leaves out samples without a label', () => {
    tf.tidy(() => {
      const logits = tf.tensor3d([1, 2, 3, 0, 5, 4, 0, 1], [2, 2, 2]);
      const some = s4lLoss(logits, tf.tensor1d([1, -1], 'int32'), [tf.scalar(2)], { pretextWeight: 0.5 });
      const kept = crossEntropyLoss(tf.tensor2d([1, 2, 3, 0], [2, 2]), tf.tensor1d([1, 1], 'int32'));
      expect(some.dataSync()[0]).toBeCloseTo((kept.dataSync()[0] as number) + 1, 6);
    });
  });

  it('leaves no tensor behind but its result', () => {
    const logits = tf.zeros<tf.Rank.R3>([2, 4, 3]);
    const labels = tf.tensor1d([1, -1], 'int32');
    const pretext = tf.scalar(1);
    const before = tf.memory().numTensors;
    const loss = s4lLoss(logits, labels, [pretext]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([logits, labels, pretext, loss]);
  });

  it('says what does not match', () => {
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 1], 'int32');
      expect(() => s4lLoss(tf.zeros([3, 4, 5]), labels, [tf.scalar(0)])).toThrow(
        's4lLoss: expected logits [batch,copies,classes] and labels [batch], got [3,4,5] and [2]',
      );
      expect(() => s4lLoss(tf.zeros([2, 4, 5]), labels, [])).toThrow('expected at least one pretext loss');
    });
  });
});
