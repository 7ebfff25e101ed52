import { describe, expect, it } from 'vitest';

import { arraysOf } from './npz-roles.ts';

describe('arraysOf', () => {
  it.each([
    [['x', 'y'], { train: { images: 'x', labels: 'y' } }],
    [['labels', 'images', 'ids'], { train: { images: 'images', labels: 'labels' } }],
    [['data'], { train: { images: 'data' } }],
    [['arr_0'], { train: { images: 'arr_0' } }],
    [['faces', 'y'], { train: { images: 'faces', labels: 'y' } }],
    [
      ['x_test', 'x_train', 'y_train', 'y_test'],
      { train: { images: 'x_train', labels: 'y_train' }, test: { images: 'x_test', labels: 'y_test' } },
    ],
    [['x_train', 'y_train'], { train: { images: 'x_train', labels: 'y_train' } }],
    [['x_train', 'x_test'], { train: { images: 'x_train' }, test: { images: 'x_test' } }],
    [
      ['train_images', 'val_images', 'test_images', 'train_labels', 'val_labels', 'test_labels'],
      {
        train: { images: 'train_images', labels: 'train_labels' },
        test: { images: 'test_images', labels: 'test_labels' },
      },
    ],
  ])('of %j', (names, roles) => {
    expect(arraysOf(names)).toEqual(roles);
  });

  it.each([
    [
      [],
      'a.npz: expected arrays x (or images, data) and y (or labels), or x_train, y_train, x_test, y_test, got none',
    ],
    [['first', 'second'], 'got first, second'],
    [['y'], 'got y'],
    [['x_test', 'y_test'], 'got x_test, y_test'],
    [['x_test'], 'got x_test'],
    [['x', 'images'], 'a.npz has several arrays of images (x, images)'],
    [['x', 'x_train'], 'a.npz has several arrays of images (x_train, x)'],
    [['x', 'y', 'labels'], 'a.npz has both y and labels'],
  ])('refuses %j', (names, message) => {
    expect(() => arraysOf(names, 'a.npz')).toThrow(message);
  });
});
