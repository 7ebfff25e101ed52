import { describe, expect, it } from 'vitest';
import { nested, parseAssignment } from './assignment.ts';

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
    expect(parseAssignment(text)).toEqual({ text, path, value });
  });

  it.each(['epochs', '=3', 'a..b=1'])('refuses %s', (text) => {
    expect(() => parseAssignment(text)).toThrow('expected key=value');
  });
});

it('nested puts a value at a path', () => {
  expect(nested(['optimizer', 'momentum'], 0.9)).toEqual({ optimizer: { momentum: 0.9 } });
  expect(nested(['epochs'], 3)).toEqual({ epochs: 3 });
});
