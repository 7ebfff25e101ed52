import { describe, expect, it } from 'vitest';
import { nested, overlay, parseAssignment, settingAt } from './settings.ts';

describe('overlay', () => {
  it('lets the upper layer win, deeply, and replaces lists whole', () => {
    const below = { epochs: 5, heads: [1, 2], optimizer: { name: 'sgd', momentum: 0.9 } };
    const over = { heads: [3], optimizer: { momentum: 0.8 } };
    expect(overlay(below, over)).toEqual({
      epochs: 5,
      heads: [3],
      optimizer: { name: 'sgd', momentum: 0.8 },
    });
    expect(below.optimizer.momentum).toBe(0.9);
  });

  it('drops the settings of another kind when the name changes', () => {
    const below = { optimizer: { name: 'sgd', momentum: 0.9 } };
    expect(overlay(below, { optimizer: { name: 'adamw' } })).toEqual({ optimizer: { name: 'adamw' } });
    expect(overlay(below, { optimizer: { name: 'sgd' } })).toEqual(below);
  });
});

describe('parseAssignment', () => {
  it.each([
    ['epochs=3', ['epochs'], 3],
    ['optimizer.learningRate=0.05', ['optimizer', 'learningRate'], 0.05],
    ['flag=true', ['flag'], true],
    ['name=adamw', ['name'], 'adamw'],
    ['heads=10,20', ['heads'], [10, 20]],
    ['heads=[10, 20]', ['heads'], [10, 20]],
    ['text=a=b', ['text'], 'a=b'],
  ])('reads %s', (text, path, value) => {
    expect(parseAssignment(text)).toEqual({ path, value });
  });

  it.each(['epochs', '=3', 'a..b=1'])('refuses %s', (text) => {
    expect(() => parseAssignment(text)).toThrow('expected key=value');
  });
});

it('settingAt reads what nested wrote', () => {
  const settings = nested(['optimizer', 'momentum'], 0.9);
  expect(settingAt(settings, ['optimizer', 'momentum'])).toBe(0.9);
  expect(settingAt(settings, ['optimizer', 'momentum', 'deeper'])).toBeUndefined();
});
