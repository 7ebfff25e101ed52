import { describe, expect, it } from 'vitest';
import { isUserError, nearestName, unknownNameError, UserError } from './index.ts';

describe('nearestName', () => {
  const backbones = ['resnet-tiny', 'resnet18', 'resnet34', 'resnet50'];

  it('finds the name that was meant', () => {
    expect(nearestName('resnet-tine', backbones)).toBe('resnet-tiny');
    expect(nearestName('ResNet18', backbones)).toBe('resnet18');
  });

  it('says nothing where nothing is close', () => {
    expect(nearestName('vit-large-patch16', backbones)).toBeUndefined();
    expect(nearestName('anything', [])).toBeUndefined();
  });
});

describe('unknownNameError', () => {
  it('names the kind, the name, the nearest and all valid names', () => {
    const error = unknownNameError('backbone', 'resnet-tine', ['resnet-tiny', 'resnet18']);
    expect(error.message).toBe(
      'unknown backbone "resnet-tine": did you mean "resnet-tiny"? (valid: resnet-tiny, resnet18)',
    );
    expect(isUserError(error)).toBe(true);
  });

  it('leaves the guess out where there is none', () => {
    expect(unknownNameError('method', 'xyzzy', ['self-classifier']).message).toBe(
      'unknown method "xyzzy" (valid: self-classifier)',
    );
  });
});

describe('isUserError', () => {
  it('tells a user’s mistake from a failure', () => {
    expect(isUserError(new UserError('no such folder'))).toBe(true);
    expect(isUserError(new Error('no such folder'))).toBe(false);
    expect(isUserError('no such folder')).toBe(false);
  });
});
